// SPDX-License-Identifier: MIT
#include "catalogue_api.hpp"

#include <functional>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/problem.hpp"
#include "catalogue_file.hpp"
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

Response list_concerts(const ReservationService& service) {
    Response response;
    response.body = R"({"concerts":[)";
    const char* between = "";
    for (const auto& [id, concert] : service.all()) {
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

Response show_concert(const ReservationService& service, const Request& request) {
    const auto* const concert = service.find(ConcertId{request.parameters.at(0)});
    if (concert == nullptr) {
        return no_such_concert();
    }
    Response response;
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

Response show_seats(const ReservationService& service, const queue::Queue& queue,
                    const Request& request) {
    const auto* const concert = service.find(ConcertId{request.parameters.at(0)});
    if (concert == nullptr) {
        return no_such_concert();
    }
    const auto token = queue.find(request.bearer.value_or(""));
    if (!token) {
        return queue::no_token(request);
    }
    if (token->status == queue::TokenStatus::expired) {
        return queue::not_inside(*token);
    }
    if (token->concert != concert->info().id) {
        return problem("wrong-concert", "The token is for the line of another concert.");
    }
    if (token->status == queue::TokenStatus::waiting) {
        return queue::not_inside(*token);
    }
    const auto* const map = concert->find(Date{request.parameters.at(1)});
    if (map == nullptr) {
        return problem("no-such-date", "The concert does not play on this date.");
    }
    Response response;
    response.headers.emplace_back("ETag", seat_map_etag(*map, token->user));
    response.headers.emplace_back("Cache-Control", "private, no-cache");
    response.headers.emplace_back("Vary", "Authorization");
    if (request.if_none_match &&
        etag_matches(*request.if_none_match, response.headers.front().second)) {
        response.status = 304;
        return response;
    }
    response.body = fmt::format(R"({{"concertId":"{}","date":"{}","version":{},"seats":[)",
                                concert->info().id.value, map->date().value, map->version());
    append_seats(response.body, *map, token->user);
    response.body += "]}";
    return response;
}

} // namespace

task<Response> import_catalogue_file(ReservationService& service, std::string text,
                                     std::string currency) {
    auto catalogue = parse_catalogue(text, currency);
    if (!catalogue) {
        co_return invalid_request(catalogue.error().field, catalogue.error().detail);
    }
    const auto concert = catalogue->info.id;
    const auto plan = co_await service.import(std::move(*catalogue));
    if (!plan) {
        const auto refusal = plan.error();
        const auto* const conflict = std::get_if<ImportConflict>(&refusal);
        co_return conflict == nullptr
            ? storage_unavailable()
            : problem("catalogue-conflict", conflict->detail, {{"field", conflict->field}});
    }
    co_return json_response(
        200, fmt::format(
                 R"({{"concertId":"{}","datesAdded":{},"seatsAdded":{},"seatsUpdated":{}}})",
                 concert.value, plan->dates_added.size(), plan->seats_added, plan->seats_updated));
}

namespace {

task<Response> guarded_import(ReservationService& service, const OperatorGate& gate,
                              const Request& request, std::string currency) {
    if (auto refusal = gate.refuse(request)) {
        co_return *refusal;
    }
    std::string text{request.body};
    co_return co_await import_catalogue_file(service, std::move(text), std::move(currency));
}

} // namespace

void add_catalogue_routes(Routes& routes, ReservationService& service, const queue::Queue& queue,
                          const OperatorGate& gate, std::string currency) {
    routes.add(Method::get, "/api/v1/concerts",
               [&service](const Request&) { return list_concerts(service); });
    routes.add(Method::get, "/api/v1/concerts/{concertId}",
               [&service](const Request& request) { return show_concert(service, request); });
    routes.add(
        Method::get, "/api/v1/concerts/{concertId}/dates/{date}/seats",
        [&service, &queue](const Request& request) { return show_seats(service, queue, request); });
    routes.add_task(Method::post, "/api/v1/admin/catalogue",
                    [&service, &gate, currency = std::move(currency)](const Request& request) {
                        return guarded_import(service, gate, request, currency);
                    });
}

} // namespace stagedoor::reservation
