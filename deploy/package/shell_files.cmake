# Man pages and completions, written into `share` by the `programs`.
find_program(GZIP gzip REQUIRED)
foreach(program IN LISTS programs)
  get_filename_component(name ${program} NAME)
  execute_process(COMMAND ${program} man --folder ${share}/man COMMAND_ERROR_IS_FATAL ANY)
  foreach(file bash-completion/completions/${name} fish/vendor_completions.d/${name}.fish zsh/vendor-completions/_${name})
    string(REGEX MATCH "^[a-z]+" shell ${file})
    execute_process(COMMAND ${program} completion ${shell} OUTPUT_VARIABLE script COMMAND_ERROR_IS_FATAL ANY)
    file(WRITE ${share}/${file} "${script}")
  endforeach()
endforeach()
# As policies want them, and man(1) reads them. -n: the same bytes each time.
file(GLOB pages ${share}/man/man*/tollgate*.[0-9] ${share}/man/man*/loadtester.[0-9])
execute_process(COMMAND ${GZIP} -9nf ${pages} COMMAND_ERROR_IS_FATAL ANY)
