// SPDX-License-Identifier: Apache-2.0
// What most tests include besides. See tools/cmake/SpaPrecompiled.cmake.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "room.h"
