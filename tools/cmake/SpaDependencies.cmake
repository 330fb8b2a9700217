# SPDX-License-Identifier: Apache-2.0
# The chosen parts. A missing one is reported with the package that brings it; tools/setup installs all.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json program_options)
find_package(GTest REQUIRED)
find_package(benchmark QUIET)
find_package(ZLIB REQUIRED)
find_package(spdlog REQUIRED)
pkg_check_modules(LIBNL REQUIRED IMPORTED_TARGET libnl-3.0 libnl-route-3.0 libnl-xfrm-3.0 libnl-genl-3.0)
pkg_check_modules(LIBEDIT REQUIRED IMPORTED_TARGET libedit)
find_path(EXPECTED_INCLUDE tl/expected.hpp REQUIRED)
find_library(IPSEC_MB_LIBRARY IPSec_MB)
find_path(IPSEC_MB_INCLUDE intel-ipsec-mb.h)
