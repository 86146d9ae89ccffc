// SPDX-License-Identifier: MIT
// What the server counts; src/operations turns it into Prometheus families. Plain numbers, loop
// thread only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace stagedoor::http {

struct HttpStats {
    /// Upper bounds of the duration buckets in seconds, inclusive; one more bucket takes what is
    /// longer.
    static constexpr std::array<double, 15> duration_bounds{0.0001, 0.00025, 0.0005, 0.001, 0.0025,
                                                            0.005,  0.01,    0.025,  0.05,  0.1,
                                                            0.25,   0.5,     1.0,    2.5,   5.0};

    struct Requests {
        std::string_view
            method; ///< `other` where the request was refused before its method was known
        int status;
        std::uint64_t count;
    };

    std::uint64_t connections_open = 0;
    std::uint64_t connections_accepted_total = 0; ///< without those refused
    std::uint64_t connections_refused_total = 0;  ///< over a cap, or for want of file descriptors
    std::uint64_t bytes_received_total = 0;
    std::uint64_t bytes_sent_total = 0;
    std::vector<Requests> requests_total; ///< those that occurred; ordered by method, then status

    /// From the moment that a request was complete to the moment that its answer was ready to be
    /// sent. Each request is in one bucket only (Prometheus wants them added up).
    std::array<std::uint64_t, duration_bounds.size() + 1> duration_buckets{};
    std::uint64_t duration_count = 0;
    double duration_sum_seconds = 0;

    /// For how long one request kept the loop from all others, until it was answered or waited: by
    /// the clock, which says no less than the CPU time and needs no system call. Buckets as above.
    std::array<std::uint64_t, duration_bounds.size() + 1> hold_buckets{};
    std::uint64_t hold_count = 0;
    double hold_sum_seconds = 0;
};

} // namespace stagedoor::http
