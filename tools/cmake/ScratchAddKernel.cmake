# For projects that use Scratch: kernels as library targets.
#
#   scratch_add_kernel(name kernel.mlir
#     [HEADER name.h]        the C header to write; default <name>.h
#     [TARGET x86]           machine to compile for
#     [MCPU native|NAME]     processor to compile for; default: what the module
#                            names, else the machine that builds. Name one for
#                            binaries that travel.
#     [OPTIONS ...])         further options of scratch-cc
#
# Compiles the kernel with scratch-cc whenever it changed. `name` becomes a static
# library: link it, and #include its header. It brings scratch.h and the runtime.

function(scratch_add_kernel name source)
  cmake_parse_arguments(KERNEL "" "HEADER;TARGET;MCPU" "OPTIONS" ${ARGN})
  if(KERNEL_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "scratch_add_kernel(${name}): found ${KERNEL_UNPARSED_ARGUMENTS}, "
      "expected HEADER, TARGET, MCPU or OPTIONS")
  endif()
  if(NOT KERNEL_HEADER)
    set(KERNEL_HEADER ${name}.h)
  endif()
  if(NOT KERNEL_TARGET)
    set(KERNEL_TARGET x86)
  endif()
  if(KERNEL_MCPU)
    list(APPEND KERNEL_OPTIONS --mcpu=${KERNEL_MCPU})
  endif()
  get_filename_component(input ${source} ABSOLUTE BASE_DIR ${CMAKE_CURRENT_SOURCE_DIR})
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${name}.kernel)
  set(object ${folder}/${name}.o)
  set(header ${folder}/${KERNEL_HEADER})
  file(MAKE_DIRECTORY ${folder})
  add_custom_command(OUTPUT ${object} ${header}
    COMMAND Scratch::cc ${input} --target=${KERNEL_TARGET}
            -o ${object} --header=${header} ${KERNEL_OPTIONS}
    DEPENDS ${input} Scratch::cc VERBATIM
    COMMENT "Compiling kernel ${source}")
  add_library(${name} STATIC ${object} ${header})
  set_source_files_properties(${object} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
  set_target_properties(${name} PROPERTIES LINKER_LANGUAGE C)
  target_include_directories(${name} PUBLIC ${folder})
  target_link_libraries(${name} PUBLIC Scratch::Runtime m)
endfunction()
