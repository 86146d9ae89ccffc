// SPDX-License-Identifier: MIT
// Asio's function bodies, compiled once for the whole program.
#include <boost/asio/impl/src.hpp>
