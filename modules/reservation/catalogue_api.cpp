// SPDX-License-Identifier: MIT
#include "catalogue_api.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/problem.hpp"
#include "stagedoor/queue_problem.hpp"

namespace stagedoor::reservation {

namespace {

Response no_such_concert() {
    return problem("no-such-concert", "No concert has this id.");
}

/// `{"concertId":…,"title":…,"venue":…,"currency":…,"dates":[`, to be continued.
void append_head(std::string& out, const ConcertInfo& info) {
    out += R"({"concertId":)";
    append_json_string(out, info.id.value);
    out += R"(,"title":)";
    append_json_string(out, info.title);
    out += R"(,"venue":)";
    append_json_string(out, info.venue);
    out += R"(,"currency":)";
    append_json_string(out, info.currency);
    out += R"(,"dates":[)";
}

Response list_concerts(const StockService& stock) {
    Response response;
    response.cache_control = public_for_a_second;
    response.body = R"({"concerts":[)";
    const char* between = "";
    for (const auto& [id, concert] : stock.all()) {
        response.body += std::exchange(between, ",");
        append_head(response.body, concert.info());
        const char* between_dates = "";
        for (const auto& map : concert.dates()) {
            response.body += std::exchange(between_dates, ",");
            append_json_string(response.body, map.date().value);
        }
        response.body += "]}";
    }
    response.body += "]}";
    return response;
}

Response show_concert(const StockService& stock, const Request& request) {
    const auto* const concert = stock.find(ConcertId{request.parameters.at(0)});
    if (concert == nullptr) {
        return no_such_concert();
    }
    Response response;
    response.cache_control = public_for_a_second;
    append_head(response.body, concert->info());
    const char* between = "";
    for (const auto& map : concert->dates()) {
        fmt::format_to(std::back_inserter(response.body),
                       R"({}{{"date":"{}","seatsTotal":{},"seatsAvailable":{}}})",
                       std::exchange(between, ","), map.date().value, map.total(), map.available());
    }
    response.body += "]}";
    return response;
}

Response show_seats(const StockService& stock, const queue::Queue& queue, SeatBoard& board,
                    const Call& call) {
    const auto& request = call.request;
    const auto* const concert = stock.find(ConcertId{request.parameters.at(0)});
    if (concert == nullptr) {
        return no_such_concert();
    }
    if (!call.caller.token) {
        return queue::no_token(request);
    }
    const auto token = queue.view(call.caller.token);
    if (token.status == queue::TokenStatus::expired) {
        return queue::not_inside(token);
    }
    if (token.concert != concert->info().id) {
        return problem("wrong-concert", "The token is for the line of another concert.");
    }
    if (token.status == queue::TokenStatus::waiting) {
        return queue::not_inside(token);
    }
    const auto* const map = concert->find(Date{request.parameters.at(1)});
    if (map == nullptr) {
        return problem("no-such-date", "The concert does not play on this date.");
    }
    Response response;
    response.headers.emplace_back("ETag", board.etag(*map, token.user));
    response.cache_control = private_no_cache;
    response.headers.emplace_back("Vary", "Authorization");
    if (request.if_none_match &&
        etag_matches(*request.if_none_match, response.headers.front().second)) {
        response.status = 304;
        return response;
    }
    board.show(response, concert->info().id, *map, token.user);
    return response;
}

Response import_problem(const ImportRefusal& refusal) {
    switch (refusal.code) {
    case ImportRefusal::Code::invalid:
        return invalid_request(refusal.field, refusal.detail);
    case ImportRefusal::Code::conflict:
        return problem("catalogue-conflict", refusal.sentence(), {{"field", refusal.field}});
    case ImportRefusal::Code::storage_unavailable:
        break;
    }
    return storage_unavailable();
}

void append_dates(std::string& out, std::string_view name, const std::vector<Date>& dates) {
    fmt::format_to(std::back_inserter(out), R"("{}":[)", name);
    const char* between = "";
    for (std::size_t i = 0; i < std::min(dates.size(), SeatTally::named_max); ++i) {
        out += std::exchange(between, ",");
        append_json_string(out, dates[i].value);
    }
    out += ']';
}

void append_seats(std::string& out, std::string_view name, const SeatTally& seats) {
    fmt::format_to(std::back_inserter(out), R"("{}":[)", name);
    const char* between = "";
    for (const auto& [date, seat] : seats.first) {
        out += std::exchange(between, ",");
        out += R"({"date":)";
        append_json_string(out, date.value);
        out += R"(,"seatNumber":)";
        append_json_string(out, seat.value);
        out += '}';
    }
    out += ']';
}

/// The query's `name`, false where it is absent; records a refusal where it is anything but `true`
/// or `false`.
bool read_flag(const Request& request, std::string_view name, std::optional<Response>& refusal) {
    const auto text = request.query_value(name);
    if (text && *text != "true" && *text != "false") {
        refusal = invalid_request(name, "must be true or false");
    }
    return text == "true";
}

task<Response> post_catalogue(CatalogueService& service, const Call& call) {
    std::optional<Response> refusal;
    ImportOptions options;
    options.preview = read_flag(call.request, "preview", refusal);
    options.allow_removal = read_flag(call.request, "allowRemoval", refusal);
    if (refusal) {
        co_return *refusal;
    }
    const auto imported = co_await service.import_text(std::string{call.request.body}, options);
    co_return imported ? json_response(200, to_json(*imported)) : import_problem(imported.error());
}

} // namespace

std::string to_json(const Imported& imported) {
    const auto& plan = *imported.plan;
    auto out = fmt::format(
        R"({{"concertId":"{}","preview":{},"datesAdded":{},"datesRemoved":{},"seatsAdded":{},)"
        R"("seatsUpdated":{},"seatsRemoved":{},"first":{{)",
        imported.concert.value, imported.preview, plan.dates_added.size(),
        plan.dates_removed.size(), plan.seats_added.count, plan.seats_updated.count,
        plan.seats_removed.count);
    append_dates(out, "datesAdded", plan.dates_added);
    out += ',';
    append_dates(out, "datesRemoved", plan.dates_removed);
    out += ',';
    append_seats(out, "seatsAdded", plan.seats_added);
    out += ',';
    append_seats(out, "seatsUpdated", plan.seats_updated);
    out += ',';
    append_seats(out, "seatsRemoved", plan.seats_removed);
    out += "}}";
    return out;
}

void add_catalogue_routes(Routes& routes, const StockService& stock, CatalogueService& service,
                          const queue::Queue& queue, SeatBoard& board) {
    routes.add(Method::get, "/api/v1/concerts", Access::anyone,
               [&stock](const Call&) { return list_concerts(stock); });
    routes.add(Method::get, "/api/v1/concerts/{concertId}", Access::anyone,
               [&stock](const Call& call) { return show_concert(stock, call.request); });
    routes.add(Method::get, "/api/v1/concerts/{concertId}/dates/{date}/seats",
               Access::perhaps_token, [&stock, &queue, &board](const Call& call) {
                   return show_seats(stock, queue, board, call);
               });
    routes.add_task(Method::post, "/api/v1/admin/catalogue", Access::operator_key,
                    [&service](Call& call) { return post_catalogue(service, call); });
}

} // namespace stagedoor::reservation
