// SPDX-License-Identifier: MIT
// Carries the precompiled header that every library of the program takes over.
