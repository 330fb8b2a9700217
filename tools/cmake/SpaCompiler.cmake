# SPDX-License-Identifier: Apache-2.0
# Which compilers can build the user-space side, and why the others cannot.

# Prefer a compiler that is known to work when the user named none.
if(NOT DEFINED CMAKE_CXX_COMPILER AND "$ENV{CXX}" STREQUAL "")
  find_program(SPA_CLANGXX NAMES clang++-21 clang++-20 clang++-19 clang++-18 clang++-17 clang++-16)
  if(SPA_CLANGXX)
    string(REPLACE "clang++" "clang" SPA_CLANG "${SPA_CLANGXX}")
    set(CMAKE_CXX_COMPILER ${SPA_CLANGXX} CACHE FILEPATH "C++ compiler")
    set(CMAKE_C_COMPILER ${SPA_CLANG} CACHE FILEPATH "C compiler")
  endif()
endif()

# Refuses compilers that miscompile coroutines; called right after project().
function(spa_check_compiler)
  set(hint "Install one and name it:  apt-get install clang-19  &&  cmake --preset release \
-DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19")
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    message(FATAL_ERROR "g++ ${CMAKE_CXX_COMPILER_VERSION} miscompiles C++20 coroutines; \
this project needs g++ >= 13 or clang >= 16. ${hint}")
  elseif(CMAKE_CXX_COMPILER_ID MATCHES "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 16)
    message(FATAL_ERROR "clang ${CMAKE_CXX_COMPILER_VERSION} is too old; \
this project needs g++ >= 13 or clang >= 16. ${hint}")
  endif()
endfunction()
