// SPDX-License-Identifier: MIT
// Carries the precompiled header that every unit test takes over.
