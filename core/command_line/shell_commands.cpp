// core/command_line/shell_commands.cpp - telling shells and man(1) what a program can be told.
#include "command_line/shell_commands.h"

#include "command_line/complete.h"
#include "command_line/shells.h"
#include "support/files.h"
#include "support/text.h"

#include <CLI/CLI.hpp>

#include <filesystem>
#include <iostream>
#include <memory>
#include <span>

namespace tollgate::command_line {

namespace {

struct Asked {
    std::string shell, page, folder;
};

void write_page(const std::filesystem::path& folder, const Page& page) {
    const std::string section = std::to_string(page.section);
    std::filesystem::create_directories(folder / ("man" + section));
    write_file(folder / ("man" + section) / (page.title + '.' + section), page.text());
}

int show_pages(const std::vector<Page>& pages, const Asked& asked) {
    for (const Page& page : pages) {
        if (!asked.folder.empty()) write_page(asked.folder, page);
        else if (page.name == asked.page) std::cout << page.text();
    }
    return 0;
}

void add_completion(CLI::App& app, const std::shared_ptr<Asked>& asked, const Choose& choose) {
    CLI::App* const sub = app.add_subcommand("completion", "Print what a shell needs to complete this program's words");
    sub->footer("Now, in bash: source <(" + app.get_name() + " completion bash)");
    const std::vector<std::string> known{shells().begin(), shells().end()};
    sub->add_option("shell", asked->shell, "the shell")
        ->required()
        ->type_name(text::join(known, "|"))
        ->check(CLI::IsMember{known});
    sub->callback([&app, asked, choose] {
        choose([&app, asked] {
            std::cout << script_for(asked->shell, app.get_name());
            return 0;
        });
    });
}

void add_man(CLI::App& app, std::vector<Page> pages, const std::shared_ptr<Asked>& asked, const Choose& choose) {
    CLI::App* const sub = app.add_subcommand("man", "Print a page of the manual, for man(1)");
    sub->footer("To read it: " + app.get_name() + " man | man -l -");
    std::vector<std::string> known, docs;
    for (const Page& page : pages) {
        known.push_back(page.name);
        docs.push_back(page.name + ": " + page.doc);
    }
    asked->page = known.front();
    CLI::Option* const page =
        sub->add_option("page", asked->page, text::join(docs, "; ") + "; default " + known.front());
    page->type_name(text::join(known, "|"))->check(CLI::IsMember{known});
    sub->add_option("--folder", asked->folder, "write all pages below it, as man1/... of a MANPATH")
        ->type_name("DIR")
        ->excludes(page);
    sub->callback([pages = std::move(pages), asked, choose] {
        choose([pages, asked] { return show_pages(pages, *asked); });
    });
}

}  // namespace

void add_shell_commands(CLI::App& app, Manual manual, std::vector<Page> pages, const Choose& choose) {
    const auto asked = std::make_shared<Asked>();
    add_completion(app, asked, choose);
    pages.insert(pages.begin(), {app.get_name(), app.get_name(), 1, "its commands and options",
                                 [&app, manual = std::move(manual)] { return manual_of(describe(app), manual); }});
    add_man(app, std::move(pages), asked, choose);
}

std::optional<int> answer_shell(const CLI::App& app, const std::vector<std::string>& words, std::string_view implied,
                                const KnownWords& known) {
    if (words.empty() || words.front() != "__complete") return std::nullopt;
    const std::span said = std::span{words}.subspan(1);
    const auto of_kind = [&](std::string_view kind) { return known ? known(kind, said) : std::vector<std::string>{}; };
    std::cout << text_of(complete(describe(app), said, implied, of_kind));
    return 0;
}

}  // namespace tollgate::command_line
