// core/command_line/shells.cpp - the scripts for bash, fish and zsh, in which PROGRAM stands for the program's name.
#include "command_line/shells.h"

#include <array>

namespace tollgate::command_line {

namespace {

// bash splits words at = and : too, for which it offers no way out: they are joined again, and of what is offered only
// that is given back which stands behind the last of these.
constexpr std::string_view bash = R"(# PROGRAM completion for bash, made by `PROGRAM completion bash`.
# Now: source <(PROGRAM completion bash). For good: into /usr/share/bash-completion/completions/PROGRAM.

_PROGRAM() {
    local rest=${COMP_LINE:0:COMP_POINT} words=() i blanks line split
    for ((i = 0; i <= COMP_CWORD; i++)); do
        blanks=${rest%%[![:blank:]]*}
        rest=${rest#"$blanks"}
        local word=${COMP_WORDS[i]}
        if ((i == COMP_CWORD)); then word=$rest; fi
        if [[ -z $blanks && $i -gt 0 ]]; then words[-1]+=$word; else words+=("$word"); fi
        rest=${rest#"$word"}
    done
    local current=${words[-1]}
    split=${current%"${current##*[=:]}"}
    local file=${current#"$split"}
    file=${file#[\"\']}
    COMPREPLY=()
    while IFS= read -r line; do
        case $line in
            :words) ;;
            :files) compopt -o filenames 2>/dev/null
                while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$file") ;;
            :folders) compopt -o filenames 2>/dev/null
                while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -d -- "$file") ;;
            *) line=${line%%$'\t'*}
                COMPREPLY+=("${line#"$split"}") ;;
        esac
    done < <("${words[0]/#\~/$HOME}" __complete "${words[@]:1}" 2>/dev/null)
}
complete -F _PROGRAM PROGRAM
)";

constexpr std::string_view fish = R"(# PROGRAM completion for fish, made by `PROGRAM completion fish`.
# Now: PROGRAM completion fish | source. For good: into ~/.config/fish/completions/PROGRAM.fish.

function __PROGRAM_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    test -n "$current"; or set current ''
    for line in ($words[1] __complete $words[2..-1] $current 2>/dev/null)
        switch $line
            case :words
            case :files
                __fish_complete_path (string replace -r '^--[^=]*=' '' -- $current)
            case :folders
                __fish_complete_directories (string replace -r '^--[^=]*=' '' -- $current)
            case '*'
                echo $line
        end
    end
end
complete -c PROGRAM -f -a '(__PROGRAM_complete)'
)";

constexpr std::string_view zsh = R"(#compdef PROGRAM
# PROGRAM completion for zsh, made by `PROGRAM completion zsh`.
# Now: source <(PROGRAM completion zsh). For good: as _PROGRAM into a folder of $fpath.

_PROGRAM() {
    local -a found
    local line
    local -a said=("${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}")
    for line in "${(@f)$("${(Q)words[1]/#\~/$HOME}" __complete "${said[@]}" 2>/dev/null)}"; do
        case $line in
            :words) ;;
            :files) compset -P '--[^=]#='; _files ;;
            :folders) compset -P '--[^=]#='; _files -/ ;;
            *) found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}") ;;
        esac
    done
    (( $#found )) && _describe -V PROGRAM found
}
if [[ $funcstack[1] == _PROGRAM ]]; then _PROGRAM "$@"; else compdef _PROGRAM PROGRAM; fi
)";

struct Shell {
    std::string_view name, script;
};
constexpr std::array all{Shell{"bash", bash}, Shell{"fish", fish}, Shell{"zsh", zsh}};
constexpr std::array names{all[0].name, all[1].name, all[2].name};

}  // namespace

std::span<const std::string_view> shells() { return names; }

std::string script_for(std::string_view shell, std::string_view program) {
    std::string script;
    for (const Shell& one : all)
        if (one.name == shell) script = one.script;
    constexpr std::string_view mark = "PROGRAM";
    for (std::size_t at = 0; (at = script.find(mark, at)) != script.npos; at += program.size())
        script.replace(at, mark.size(), program);
    return script;
}

}  // namespace tollgate::command_line
