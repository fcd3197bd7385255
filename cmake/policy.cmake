# How permdelta's own code is compiled, in one place: the language, the floating-point policy, what is optimised, the warnings.

set(CMAKE_CXX_EXTENSIONS OFF)

add_library(permdelta_policy INTERFACE)
target_compile_features(permdelta_policy INTERFACE cxx_std_20)
target_include_directories(permdelta_policy INTERFACE "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>")

# Contraction would fuse a multiplication with an addition wherever the target has an FMA, and so give other bits on
# another ISA, and every rounding is fixed here. What a user's CMAKE_CXX_FLAGS say of fast-math comes before these.
add_library(permdelta_floating_point INTERFACE)
target_compile_options(permdelta_floating_point INTERFACE
  -fno-fast-math -fno-unsafe-math-optimizations -ffp-contract=off)

# Kernels, and what a study or a comparison spends its time in, are worth CMake's -O3. The rest reads flags and writes text,
# and -O1 compiles it in two thirds of the time. Whoever sets flags for Release has those for everything.
set(permdelta_glue_options "")
if(CMAKE_CXX_FLAGS_RELEASE STREQUAL "-O3 -DNDEBUG")
  set(permdelta_glue_options "$<$<CONFIG:Release>:-O1>")
endif()
# permdelta_glue(SOURCES...): those of a target whose other sources are not.
function(permdelta_glue)
  set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS "${permdelta_glue_options}")
endfunction()

# Kept apart from the policy above: warnings are for people who work on permdelta, not for who links it.
add_library(permdelta_warnings INTERFACE)
target_compile_options(permdelta_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wdouble-promotion -Wnon-virtual-dtor
  # GCC 12 sees overlapping copies inside std::string that are not there (GCC bug 105651).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
  $<$<BOOL:${PERMDELTA_WARNINGS_AS_ERRORS}>:-Werror>)

# Where most of the time is spent: optimised in a sanitized build too, whose other parts are sooner built without.
add_library(permdelta_sanitized_loops INTERFACE)
if(PERMDELTA_SANITIZE)
  target_compile_options(permdelta_sanitized_loops INTERFACE -O1)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
  # Clang's check of pointers to functions has a description of each type, which instruction sets' files would share.
  add_compile_options($<$<CXX_COMPILER_ID:Clang>:-fno-sanitize=function>)
  # The instrumentation makes GCC see uninitialised members of std::function that are not.
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
endif()
