# The installed package: headers, tailorConfig.cmake with its targets and version. Nothing in it is an absolute path.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(tailor_package_folder "${CMAKE_INSTALL_DATADIR}/cmake/tailor")

if(TAILOR_FETCHED)
  message(STATUS "tailor: xtensor was downloaded for this build; an installed tailor looks for its own")
endif()

install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/tailor" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.hpp")
install(TARGETS tailor EXPORT tailorTargets INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(EXPORT tailorTargets NAMESPACE tailor:: DESTINATION "${tailor_package_folder}")

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/tailorConfig.cmake.in" "${PROJECT_BINARY_DIR}/tailorConfig.cmake"
                              INSTALL_DESTINATION "${tailor_package_folder}" NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/tailorConfigVersion.cmake" COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES "${PROJECT_BINARY_DIR}/tailorConfig.cmake" "${PROJECT_BINARY_DIR}/tailorConfigVersion.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/TailorFindXtensor.cmake"
        DESTINATION "${tailor_package_folder}")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
