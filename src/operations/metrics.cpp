// SPDX-License-Identifier: MIT
#include "metrics.hpp"

#include <sstream>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace stagedoor::operations {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<std::pair<std::string, std::string>>;

MetricFamily family(std::string name, std::string help, MetricType type) {
    MetricFamily made;
    made.name = "stagedoor_" + std::move(name);
    made.help = std::move(help);
    made.type = type;
    return made;
}

template<class Number>
void add(MetricFamily& to, Number value, const Labels& labels = {}) {
    ClientMetric metric;
    for (const auto& [name, label] : labels) {
        metric.label.push_back({name, label});
    }
    if (to.type == MetricType::Counter) {
        metric.counter.value = static_cast<double>(value);
    } else {
        metric.gauge.value = static_cast<double>(value);
    }
    to.metric.push_back(std::move(metric));
}

template<class Number>
MetricFamily single(std::string name, std::string help, MetricType type, Number value) {
    auto made = family(std::move(name), std::move(help), type);
    add(made, value);
    return made;
}

using Buckets = decltype(http::HttpStats::duration_buckets);

MetricFamily histogram(std::string name, std::string help, const Buckets& buckets,
                       std::uint64_t count, double sum_seconds) {
    auto made = family(std::move(name), std::move(help), MetricType::Histogram);
    constexpr auto& bounds = http::HttpStats::duration_bounds;
    ClientMetric metric;
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < buckets.size(); ++i) {
        below += buckets[i];
        const bool last = i == bounds.size();
        metric.histogram.bucket.push_back(
            {below, last ? std::numeric_limits<double>::infinity() : bounds[i]});
    }
    metric.histogram.sample_count = count;
    metric.histogram.sample_sum = sum_seconds;
    made.metric.push_back(std::move(metric));
    return made;
}

void collect_http(const http::HttpStats& stats, std::vector<MetricFamily>& all) {
    auto requests = family("http_requests_total", "Requests answered.", MetricType::Counter);
    for (const auto& count : stats.requests_total) {
        add(requests, count.count,
            {{"method", std::string{count.method}}, {"status", std::to_string(count.status)}});
    }
    all.push_back(std::move(requests));
    all.push_back(histogram("http_request_duration_seconds",
                            "From the complete request to the answer that is ready to be sent.",
                            stats.duration_buckets, stats.duration_count,
                            stats.duration_sum_seconds));
    all.push_back(histogram("http_loop_hold_seconds",
                            "For how long one request kept all others waiting.", stats.hold_buckets,
                            stats.hold_count, stats.hold_sum_seconds));
    all.push_back(single("http_connections", "Connections that are open.", MetricType::Gauge,
                         stats.connections_open));
    all.push_back(single("http_connections_accepted_total", "Connections taken.",
                         MetricType::Counter, stats.connections_accepted_total));
    all.push_back(single("http_connections_refused_total",
                         "Connections refused, over a cap or for want of descriptors.",
                         MetricType::Counter, stats.connections_refused_total));
    all.push_back(single("http_received_bytes_total", "Bytes read.", MetricType::Counter,
                         stats.bytes_received_total));
    all.push_back(single("http_sent_bytes_total", "Bytes written.", MetricType::Counter,
                         stats.bytes_sent_total));
}

void collect_lines(const queue::QueueService& service, std::vector<MetricFamily>& all) {
    auto waiting = family("queue_waiting", "People in line.", MetricType::Gauge);
    auto active = family("queue_active", "People admitted or inside.", MetricType::Gauge);
    auto joined = family("queue_joined_total", "Tickets given out.", MetricType::Counter);
    auto admitted = family("queue_admitted_total", "People called.", MetricType::Counter);
    for (const auto& line : service.stats()) {
        const Labels concert{{"concert", line.concert.value}};
        add(waiting, line.waiting, concert);
        add(active, line.active, concert);
        add(joined, line.joined_total, concert);
        add(admitted, line.admitted_total, concert);
    }
    for (auto* const made : {&waiting, &active, &joined, &admitted}) {
        all.push_back(std::move(*made));
    }
    all.push_back(single("queue_ended", "Tokens that are over and remembered.", MetricType::Gauge,
                         service.ended()));
}

void collect_seats(const reservation::StockService& stock, const reservation::SeatBoard& board,
                   std::vector<MetricFamily>& all) {
    auto seats = family("seats", "Seats by status.", MetricType::Gauge);
    for (const auto& [id, concert] : stock.all()) {
        for (const auto& map : concert.dates()) {
            const auto held = map.total() - map.available() - map.reserved();
            const auto show = [&](const char* status, std::int64_t count) {
                add(seats, count,
                    {{"concert", id.value}, {"date", map.date().value}, {"status", status}});
            };
            show("AVAILABLE", map.available());
            show("HELD", held);
            show("RESERVED", map.reserved());
        }
    }
    all.push_back(std::move(seats));
    all.push_back(single("holds", "Live holds.", MetricType::Gauge, stock.holds().size()));
    all.push_back(single("kept_map_bytes", "Seat maps that are kept as they were sent.",
                         MetricType::Gauge, board.bytes()));
}

void collect_till(const payment::PaymentStats& stats, std::vector<MetricFamily>& all) {
    all.push_back(single("payments_total", "Payments made since the start.", MetricType::Counter,
                         stats.payments));
    all.push_back(single("tickets_sold_total", "Seats sold since the start.", MetricType::Counter,
                         stats.tickets));
    all.push_back(single("charges_total", "Charges made since the start.", MetricType::Counter,
                         stats.charges));
}

void collect_journal(const storage::sqlite::SqliteJournal& journal,
                     std::vector<MetricFamily>& all) {
    const auto stats = journal.stats();
    auto changes = family("journal_changes_total", "Changes by outcome.", MetricType::Counter);
    add(changes, stats.committed, {{"outcome", "committed"}});
    add(changes, stats.refused, {{"outcome", "refused"}});
    add(changes, stats.unavailable, {{"outcome", "unavailable"}});
    all.push_back(std::move(changes));
    all.push_back(single("journal_groups_total", "Transactions, each of a group of changes.",
                         MetricType::Counter, stats.groups));
    all.push_back(single("journal_commit_seconds_total",
                         "Time spent in transactions, fsync included.", MetricType::Counter,
                         std::chrono::duration<double>(stats.commit_time).count()));
    all.push_back(single("journal_pending_changes", "Changes that wait to be written.",
                         MetricType::Gauge, stats.pending_changes));
    all.push_back(single("journal_writable", "1 while the storage can write.", MetricType::Gauge,
                         journal.writable() ? 1 : 0));
}

void collect_audit(const core::AuditStats& stats, std::vector<MetricFamily>& all) {
    all.push_back(single("audit_complete", "1 once the whole database was audited since the start.",
                         MetricType::Gauge, stats.complete ? 1 : 0));
    all.push_back(single("audit_faults_total", "Faults that this audit has found.",
                         MetricType::Counter, stats.faults));
}

Response show(const MetricSources& sources) {
    std::vector<MetricFamily> all;
    auto build = family("build_info", "The version that runs.", MetricType::Gauge);
    add(build, 1, {{"version", STAGEDOOR_VERSION}});
    all.push_back(std::move(build));
    collect_http(sources.server.stats(), all);
    collect_lines(sources.queue, all);
    collect_seats(sources.stock, sources.seat_board, all);
    collect_till(sources.payments.stats(), all);
    collect_journal(sources.journal, all);
    collect_audit(sources.audit, all);
    all.push_back(single("idempotency_keys", "Keys that are kept or running.", MetricType::Gauge,
                         sources.keys.size()));

    std::ostringstream text;
    prometheus::TextSerializer{}.Serialize(text, all);
    Response response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = text.str();
    return response;
}

} // namespace

void add_metrics_route(Routes& routes, MetricSources sources) {
    routes.add(Method::get, "/metrics", Access::anyone,
               [sources](const Call&) { return show(sources); });
}

} // namespace stagedoor::operations
