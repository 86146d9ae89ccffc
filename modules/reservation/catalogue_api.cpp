// SPDX-License-Identifier: MIT
#include "catalogue_api.hpp"

#include <functional>

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

void append_seats(std::string& out, const SeatMap& map, const UserId& user) {
    const char* between = "";
    for (const auto& state : map.seats()) {
        out += std::exchange(between, ",");
        out += R"({"seatNumber":)";
        append_json_string(out, state.seat.number.value);
        out += R"(,"category":)";
        append_json_string(out, state.seat.category);
        const bool mine = state.status != SeatStatus::available && state.user == user;
        fmt::format_to(std::back_inserter(out), R"(,"price":{},"status":"{}","mine":{}}})",
                       state.seat.price, to_string(state.status), mine);
    }
}

/// The map shows whose the seats are, so that it is another one for each user.
std::string seat_map_etag(const SeatMap& map, const UserId& user) {
    return fmt::format("\"{}-{:x}\"", map.version(), std::hash<UserId>{}(user));
}

Response show_seats(const StockService& stock, const queue::Queue& queue, const Call& call) {
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
    response.headers.emplace_back("ETag", seat_map_etag(*map, token.user));
    response.cache_control = private_no_cache;
    response.headers.emplace_back("Vary", "Authorization");
    if (request.if_none_match &&
        etag_matches(*request.if_none_match, response.headers.front().second)) {
        response.status = 304;
        return response;
    }
    response.body = fmt::format(R"({{"concertId":"{}","date":"{}","version":{},"seats":[)",
                                concert->info().id.value, map->date().value, map->version());
    append_seats(response.body, *map, token.user);
    response.body += "]}";
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

task<Response> post_catalogue(CatalogueService& service, const Call& call) {
    const auto imported = co_await service.import_text(std::string{call.request.body});
    if (!imported) {
        co_return import_problem(imported.error());
    }
    co_return json_response(
        200,
        fmt::format(R"({{"concertId":"{}","datesAdded":{},"seatsAdded":{},"seatsUpdated":{}}})",
                    imported->concert.value, imported->plan.dates_added.size(),
                    imported->plan.seats_added, imported->plan.seats_updated));
}

} // namespace

void add_catalogue_routes(Routes& routes, const StockService& stock, CatalogueService& service,
                          const queue::Queue& queue) {
    routes.add(Method::get, "/api/v1/concerts", Access::anyone,
               [&stock](const Call&) { return list_concerts(stock); });
    routes.add(Method::get, "/api/v1/concerts/{concertId}", Access::anyone,
               [&stock](const Call& call) { return show_concert(stock, call.request); });
    routes.add(Method::get, "/api/v1/concerts/{concertId}/dates/{date}/seats",
               Access::perhaps_token,
               [&stock, &queue](const Call& call) { return show_seats(stock, queue, call); });
    routes.add_task(Method::post, "/api/v1/admin/catalogue", Access::operator_key,
                    [&service](Call& call) { return post_catalogue(service, call); });
}

} // namespace stagedoor::reservation
