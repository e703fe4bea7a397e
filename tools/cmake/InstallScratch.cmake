# The package: what `cmake --install` adds to the tools, the runtime and its
# headers, so that find_package(Scratch) works from anywhere. Inside the build the
# same call finds the targets that are being built.
include(CMakePackageConfigHelpers)

set(SCRATCH_CMAKE_FOLDER ${CMAKE_INSTALL_LIBDIR}/cmake/Scratch)
get_filename_component(SCRATCH_OPENMP_FOLDER ${OpenMP_omp_LIBRARY} DIRECTORY)
configure_package_config_file(tools/cmake/ScratchConfig.cmake.in
  ${PROJECT_BINARY_DIR}/package/ScratchConfig.cmake
  INSTALL_DESTINATION ${SCRATCH_CMAKE_FOLDER}
  PATH_VARS CMAKE_INSTALL_BINDIR CMAKE_INSTALL_LIBDIR CMAKE_INSTALL_INCLUDEDIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/ScratchConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/package/ScratchConfig.cmake
  ${PROJECT_BINARY_DIR}/package/ScratchConfigVersion.cmake
  tools/cmake/ScratchAddKernel.cmake
  DESTINATION ${SCRATCH_CMAKE_FOLDER})
install(FILES README.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY ${PROJECT_BINARY_DIR}/docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/reference
  FILES_MATCHING PATTERN "*.md")
install(DIRECTORY examples DESTINATION ${CMAKE_INSTALL_DOCDIR})

file(WRITE ${PROJECT_BINARY_DIR}/in-tree/ScratchConfig.cmake
  "include(${PROJECT_SOURCE_DIR}/tools/cmake/ScratchAddKernel.cmake)\n")
set(Scratch_DIR ${PROJECT_BINARY_DIR}/in-tree)
