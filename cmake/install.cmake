# What `cmake --install` puts where: the parts of one CMake package, permdelta, and its pkg-config file.
#
# A component of the package is a list of targets: find_package(permdelta COMPONENTS NAME) reads what
# permdelta_install_component(NAME TARGETS...) wrote. One that needs other packages installs a file dependencies-NAME.cmake
# beside it, of find_dependency(...) lines. `kernels` comes first, and is always there.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(permdelta_cmake_dir "${CMAKE_INSTALL_LIBDIR}/cmake/permdelta")

# permdelta_install_component(NAME TARGETS...)
function(permdelta_install_component name)
  install(TARGETS ${ARGN} EXPORT permdelta_${name}
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT permdelta_${name}
    LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT permdelta_${name}
    RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT permdelta_${name})
  install(EXPORT permdelta_${name} FILE ${name}.cmake NAMESPACE permdelta::
    DESTINATION "${permdelta_cmake_dir}" COMPONENT permdelta_${name})
  set_property(GLOBAL APPEND PROPERTY permdelta_components ${name})
endfunction()

# permdelta_install_headers(NAME FILES...): of the component NAME, from this folder to the folder of the same name.
function(permdelta_install_headers name)
  cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR BASE_DIRECTORY "${PROJECT_SOURCE_DIR}" OUTPUT_VARIABLE room)
  foreach(header IN LISTS ARGN)
    cmake_path(GET header PARENT_PATH folder)
    install(FILES ${header} DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/permdelta/${room}/${folder}" COMPONENT permdelta_${name})
    set_property(GLOBAL APPEND PROPERTY permdelta_public_headers "${CMAKE_CURRENT_SOURCE_DIR}/${header}")
  endforeach()
endfunction()

# permdelta_install_pkg_config(FILE COMPONENT): from cmake/FILE.in.
function(permdelta_install_pkg_config file component)
  # pkg-config finds the prefix from where its file lies; a folder that is not under the prefix stays where it is.
  set(permdelta_pc_dir "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
  if(IS_ABSOLUTE "${permdelta_pc_dir}")
    set(permdelta_pc_prefix "${CMAKE_INSTALL_PREFIX}")
  else()
    string(REGEX REPLACE "[^/]+" ".." permdelta_pc_prefix "${permdelta_pc_dir}")
    string(PREPEND permdelta_pc_prefix "\${pcfiledir}/")
  endif()
  set(permdelta_pc_libdir "${CMAKE_INSTALL_LIBDIR}")
  set(permdelta_pc_includedir "${CMAKE_INSTALL_INCLUDEDIR}")
  foreach(folder IN ITEMS libdir includedir)
    if(NOT IS_ABSOLUTE "${permdelta_pc_${folder}}")
      string(PREPEND permdelta_pc_${folder} "\${prefix}/")
    endif()
  endforeach()
  configure_file("${PROJECT_SOURCE_DIR}/cmake/${file}.in" "${PROJECT_BINARY_DIR}/package/${file}" @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/package/${file}" DESTINATION "${permdelta_pc_dir}" COMPONENT ${component})
endfunction()

# permdelta_install_package(): after the last component.
function(permdelta_install_package)
  get_property(permdelta_components GLOBAL PROPERTY permdelta_components)
  # What the C++ compiler links by itself, and a C compiler has to be told: -lstdc++ -lm.
  set(permdelta_cxx_libraries ${CMAKE_CXX_IMPLICIT_LINK_LIBRARIES})
  list(FILTER permdelta_cxx_libraries INCLUDE REGEX "^(stdc[+][+]|c[+][+]|c[+][+]abi|m)$")
  list(REMOVE_DUPLICATES permdelta_cxx_libraries)

  configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/permdeltaConfig.cmake.in"
    "${PROJECT_BINARY_DIR}/package/permdeltaConfig.cmake"
    INSTALL_DESTINATION "${permdelta_cmake_dir}" NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
  write_basic_package_version_file("${PROJECT_BINARY_DIR}/package/permdeltaConfigVersion.cmake"
    COMPATIBILITY SameMinorVersion)
  install(FILES
    "${PROJECT_BINARY_DIR}/package/permdeltaConfig.cmake" "${PROJECT_BINARY_DIR}/package/permdeltaConfigVersion.cmake"
    DESTINATION "${permdelta_cmake_dir}" COMPONENT permdelta_kernels)

  list(TRANSFORM permdelta_cxx_libraries PREPEND "-l" OUTPUT_VARIABLE permdelta_pc_private)
  list(JOIN permdelta_pc_private " " permdelta_pc_private)
  permdelta_install_pkg_config(permdelta.pc permdelta_kernels)

  install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DATAROOTDIR}/doc/permdelta" COMPONENT permdelta_kernels)
endfunction()
