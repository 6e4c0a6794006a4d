// core/command_line/manual.cpp - the sections of a program's man page.
#include "command_line/manual.h"

#include "support/roff.h"

#include <map>

namespace tollgate::command_line {

namespace {

std::string terms_of(const Option& option) {
    std::string out;
    for (const std::string& name : option.names) out += (out.empty() ? "" : ", ") + Roff::bold(name);
    return option.flag() ? out : out + ' ' + Roff::italics(option.value);
}

std::string text_of(const Option& option) {
    std::string out = option.doc;
    if (!option.limits.empty()) out += "; " + option.limits;
    if (option.required) out += "; required";
    if (!option.variable.empty()) out += "; else `" + option.variable + '`';
    return out;
}

std::string synopsis_of(const Command& command) {
    std::string out = command.options.empty() ? "" : "[" + Roff::italics("options") + "]";
    const auto add = [&](const std::string& word, bool required, bool often) {
        const std::string one = Roff::italics(word) + (often ? "..." : "");
        out += (out.empty() ? "" : " ") + (required ? one : "[" + one + "]");
    };
    for (const Option& option : command.positionals) add(option.name(), option.required, option.often);
    if (command.free_words) add("words", true, true);
    if (!command.commands.empty()) add("command", true, false);
    return out;
}

void write_options(Roff& page, const Command& command, const Command& program) {
    for (const Option& option : command.positionals) page.term("", option.name(), text_of(option));
    std::string group;
    for (const Option& option : command.options) {
        if (option.is("--help") && &command != &program) continue;  // every command has it
        if (option.group != group) page.paragraph(option.group + ":");
        group = option.group;
        page.terms(terms_of(option), text_of(option));
    }
}

void write_command(Roff& page, const Command& command, const Command& program) {
    page.subsection(command.path + (command.commands.empty() ? "" : " ..."));
    if (command.commands.empty()) page.synopsis(command.path, synopsis_of(command));
    page.paragraph(command.doc + '.');
    if (command.commands.empty()) {
        write_options(page, command, program);
        if (command.footer != program.footer) page.paragraph(command.footer);  // else it has none of its own
    }
    for (const Command& sub : command.commands) write_command(page, sub, program);
}

void collect_variables(const Command& command, std::map<std::string, std::string>& variables) {
    for (const Option& option : command.options)
        if (!option.variable.empty()) variables.emplace(option.variable, "what " + option.name() + " says");
    for (const Command& sub : command.commands) collect_variables(sub, variables);
}

void write_list(Roff& page, const char* heading, const auto& entries) {
    if (entries.empty()) return;
    page.section(heading);
    for (const auto& [name, text] : entries) page.term(name, "", text);
}

// What stands before and behind "Exit codes: " in a footer.
void write_footer(Roff& page, const std::string& footer) {
    const std::size_t codes = footer.find("Exit codes:");
    if (codes > 0 && !footer.empty()) {
        page.section("EXAMPLES");
        page.verbatim(footer.substr(0, codes));
    }
    if (codes == footer.npos) return;
    page.section("EXIT STATUS");
    page.paragraph(footer.substr(footer.find_first_not_of(' ', codes + std::string_view{"Exit codes:"}.size())));
}

}  // namespace

std::string manual_of(const Command& program, const Manual& manual) {
    Roff page{program.name, 1};
    page.name(program.name, program.doc);
    page.section("SYNOPSIS");
    page.synopsis(program.name, synopsis_of(program));
    page.section("DESCRIPTION");
    page.paragraph(manual.description);
    page.section("OPTIONS");
    write_options(page, program, program);
    page.section("COMMANDS");
    for (const Command& command : program.commands) write_command(page, command, program);
    write_footer(page, program.footer);
    std::map<std::string, std::string> variables{manual.variables.begin(), manual.variables.end()};
    collect_variables(program, variables);
    write_list(page, "ENVIRONMENT", variables);
    write_list(page, "FILES", manual.files);
    page.section("SEE ALSO");
    std::string others;
    for (const std::string& other : manual.see_also) others += (others.empty() ? "" : ", ") + other;
    page.paragraph(others);
    return page.text();
}

}  // namespace tollgate::command_line
