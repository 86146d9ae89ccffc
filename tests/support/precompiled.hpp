// SPDX-License-Identifier: MIT
// What nearly every unit test reads, parsed once a build.
#pragma once

#include "../../cmake/precompiled.hpp"
#include "catch.hpp"
