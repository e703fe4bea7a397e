# The five helpers that every room's CMakeLists.txt is written with, and the one
# place where LLVM and MLIR are found and linked (shared libraries only).
#
#   add_scratch_tablegen(target FILE x.td  OUT generator.inc  ARGS ...)
#   add_scratch_library(Name SRCS ... DEPS ... [MLIR] [RUNTIME])
#   add_scratch_tool(name SRCS ... DEPS ...)
#   add_scratch_unittest(Name SRCS ... DEPS ... [MLIR])
#   add_scratch_doc(name FILE x.td  ARGS ...)

find_package(Threads REQUIRED)

if(SCRATCH_BUILD_COMPILER)
  find_package(MLIR 22.1 REQUIRED CONFIG)
  set(SCRATCH_LLVM_BIN ${LLVM_TOOLS_BINARY_DIR})
  separate_arguments(SCRATCH_LLVM_DEFINITIONS NATIVE_COMMAND "${LLVM_DEFINITIONS}")
  # Everything that includes MLIR uses this target; the runtime never does.
  add_library(ScratchMlir INTERFACE)
  target_include_directories(ScratchMlir SYSTEM INTERFACE ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
  target_compile_options(ScratchMlir INTERFACE ${SCRATCH_LLVM_DEFINITIONS})
  target_link_libraries(ScratchMlir INTERFACE MLIR LLVM)
endif()
include_directories(${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})

set(SCRATCH_WARNINGS -Wall -Wextra -Werror -Wno-unused-parameter)

# Everything with MLIR inside shares one precompiled header: a file that includes
# MLIR spends almost all of its compile time parsing those headers.
function(scratch_precompile_headers name)
  if(NOT TARGET ScratchPrecompiled)
    file(WRITE ${PROJECT_BINARY_DIR}/ScratchPrecompiled.cpp "// Carries the precompiled headers.\n")
    add_library(ScratchPrecompiled OBJECT ${PROJECT_BINARY_DIR}/ScratchPrecompiled.cpp)
    target_compile_options(ScratchPrecompiled PRIVATE ${SCRATCH_WARNINGS} -fPIC)
    target_link_libraries(ScratchPrecompiled PRIVATE ScratchMlir)
    set_target_properties(ScratchPrecompiled PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    # The same bytes from the same sources, so that compiler caches recognise it.
    if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
      target_compile_options(ScratchPrecompiled PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
    endif()
    target_precompile_headers(ScratchPrecompiled PRIVATE ${PROJECT_SOURCE_DIR}/tools/cmake/Precompiled.h)
  endif()
  target_precompile_headers(${name} REUSE_FROM ScratchPrecompiled)
  # A precompiled header fits one code model: executables are built like libraries.
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${name} PRIVATE -fPIC)
endfunction()

# Record declarations generated from a .td file; `OUT` is relative to this room's
# build folder, included as "dialects/Scratch/ScratchOps.h.inc" and the like.
function(add_scratch_tablegen target)
  cmake_parse_arguments(TD "" "FILE;OUT" "ARGS" ${ARGN})
  set(input ${CMAKE_CURRENT_SOURCE_DIR}/${TD_FILE})
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${TD_OUT})
  add_custom_command(OUTPUT ${output}
    COMMAND ${SCRATCH_LLVM_BIN}/mlir-tblgen ${TD_ARGS} -I ${PROJECT_SOURCE_DIR}
            -I ${MLIR_INCLUDE_DIRS} ${input} --write-if-changed -o ${output} -d ${output}.d
    DEPENDS ${input} DEPFILE ${output}.d VERBATIM
    COMMENT "Generating ${TD_OUT}")
  if(NOT TARGET ${target})
    add_custom_target(${target})
    set_property(GLOBAL APPEND PROPERTY SCRATCH_TABLEGEN ${target})
  endif()
  string(MAKE_C_IDENTIFIER "${target}_${TD_OUT}" step)
  add_custom_target(${step} DEPENDS ${output})
  add_dependencies(${target} ${step})
endfunction()

function(add_scratch_library name)
  cmake_parse_arguments(LIB "MLIR" "" "SRCS;DEPS" ${ARGN})
  add_library(${name} STATIC ${LIB_SRCS})
  target_compile_options(${name} PRIVATE ${SCRATCH_WARNINGS})
  target_link_libraries(${name} PUBLIC ${LIB_DEPS})
  if(LIB_MLIR)
    scratch_precompile_headers(${name})
    target_link_libraries(${name} PUBLIC ScratchMlir)
    get_property(generated GLOBAL PROPERTY SCRATCH_TABLEGEN)
    if(generated)
      add_dependencies(${name} ${generated})
    endif()
  endif()
endfunction()

function(add_scratch_tool name)
  cmake_parse_arguments(TOOL "" "" "SRCS;DEPS" ${ARGN})
  add_executable(${name} ${TOOL_SRCS})
  target_compile_options(${name} PRIVATE ${SCRATCH_WARNINGS})
  scratch_precompile_headers(${name})
  target_link_libraries(${name} PRIVATE ${TOOL_DEPS} ScratchMlir)
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin
    INSTALL_RPATH "$ORIGIN/../lib"
    INSTALL_RPATH_USE_LINK_PATH ON) # where LLVM's libraries are
  install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()

function(add_scratch_unittest name)
  cmake_parse_arguments(TEST "MLIR" "" "SRCS;DEPS" ${ARGN})
  find_package(GTest REQUIRED)
  add_executable(${name} ${TEST_SRCS})
  target_compile_options(${name} PRIVATE ${SCRATCH_WARNINGS})
  target_link_libraries(${name} PRIVATE ${TEST_DEPS} GTest::gtest_main)
  if(TEST_MLIR)
    scratch_precompile_headers(${name})
    target_link_libraries(${name} PRIVATE ScratchMlir)
  endif()
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/unit)
  target_compile_definitions(${name} PRIVATE
    SCRATCH_TEST_INPUTS="${PROJECT_SOURCE_DIR}/test/inputs")
  add_test(NAME unit.${name} COMMAND ${name} --gtest_brief=1)
endfunction()

# Reference pages, generated from TableGen into build/docs by `ninja docs`.
function(add_scratch_doc name)
  cmake_parse_arguments(DOC "" "FILE" "ARGS" ${ARGN})
  if(NOT TARGET docs)
    add_custom_target(docs ALL)
  endif()
  set(output ${PROJECT_BINARY_DIR}/docs/${name}.md)
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/docs)
  add_custom_command(OUTPUT ${output}
    COMMAND ${SCRATCH_LLVM_BIN}/mlir-tblgen ${DOC_ARGS} -I ${PROJECT_SOURCE_DIR}
            -I ${MLIR_INCLUDE_DIRS} ${CMAKE_CURRENT_SOURCE_DIR}/${DOC_FILE} -o ${output}
    DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${DOC_FILE} VERBATIM)
  add_custom_target(doc-${name} DEPENDS ${output})
  add_dependencies(docs doc-${name})
endfunction()
