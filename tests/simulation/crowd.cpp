// SPDX-License-Identifier: MIT
#include "crowd.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace stagedoor::simulation {

namespace {

using Kind = Deed::Kind;

constexpr std::size_t remembered_max = 6;

std::string name_seats(const std::string& date, const std::vector<std::string>& seats) {
    if (seats.size() == 1) {
        return fmt::format(R"({{"date":"{}","seatNumber":"{}"}})", date, seats.front());
    }
    return fmt::format(R"({{"date":"{}","seatNumbers":["{}"]}})", date, fmt::join(seats, "\",\""));
}

std::vector<std::string> numbers_of(const Plan& plan) {
    std::vector<std::string> numbers;
    for (const auto& [number, category] : plan.seats) {
        numbers.push_back(number);
    }
    return numbers;
}

template<class T>
void keep_last(std::vector<T>& list, T one) {
    list.push_back(std::move(one));
    if (list.size() > remembered_max) {
        list.erase(list.begin());
    }
}

struct Weight {
    Kind kind;
    unsigned weight;
};

Kind draw(Dice& dice, const std::vector<Weight>& weights) {
    unsigned sum = 0;
    for (const auto& one : weights) {
        sum += one.weight;
    }
    auto left = dice.below(sum);
    for (const auto& one : weights) {
        if (left < one.weight) {
            return one.kind;
        }
        left -= one.weight;
    }
    return weights.front().kind;
}

} // namespace

Crowd::Crowd(const Venue& venue, Dice& dice) : dice_{dice} {
    for (const auto& plan : venue.plans) {
        concerts_.push_back(plan.concert);
    }
    for (std::size_t i = 0; i < venue.users; ++i) {
        people_.push_back(new_person());
    }
}

Crowd::Person Crowd::new_person() {
    Person person;
    person.name = fmt::format("user-{}", ++names_);
    return person;
}

Deed Crowd::begin(const Person& person, const std::string& concert) const {
    Deed deed;
    deed.user = person.name;
    deed.concert = concert;
    return deed;
}

Deed Crowd::act(Facts& facts) {
    last_ = dice_.below(people_.size());
    auto& person = people_[last_];
    if (dice_.below(300) == 0) { // vanishes without a word; somebody else comes
        person = new_person();
        facts.events.add(Occurrence::user);
    }
    const auto& concert = pick(dice_, concerts_);
    if (!person.keyed.empty() && chance(dice_, 6)) {
        return try_again(person);
    }
    const auto token = person.tokens.find(concert);
    if (token == person.tokens.end()) {
        return act_without_token(facts, person, concert);
    }
    auto deed = begin(person, concert);
    deed.token = token->second;
    deed.message.bearer = deed.token;
    return act_with_token(facts, person, std::move(deed));
}

Deed Crowd::act_without_token(Facts& facts, Person& person, const std::string& concert) {
    if (chance(dice_, 12)) {
        auto deed = make_charge(facts, person);
        give_key(person, deed);
        return deed;
    }
    auto deed = begin(person, concert);
    deed.kind = Kind::join;
    deed.message.method = Method::post;
    deed.message.path = fmt::format("/api/v1/concerts/{}/queue/tokens", concert);
    deed.message.body = fmt::format(R"({{"userId":"{}"}})", person.name);
    return deed;
}

Kind Crowd::choose(Stage stage) {
    switch (stage) {
    case Stage::waiting:
        return draw(dice_, {{Kind::poll, 70},
                            {Kind::join, 8},
                            {Kind::leave, 1},
                            {Kind::reserve, 3},
                            {Kind::enter, 6},
                            {Kind::charge, 5},
                            {Kind::show_seats, 2},
                            {Kind::pay, 1},
                            {Kind::show_line, 1}});
    case Stage::admitted:
        return draw(dice_, {{Kind::enter, 30},
                            {Kind::reserve, 35},
                            {Kind::poll, 10},
                            {Kind::show_seats, 8},
                            {Kind::leave, 3},
                            {Kind::pay, 3},
                            {Kind::charge, 8},
                            {Kind::join, 3}});
    case Stage::entered:
        return draw(dice_, {{Kind::reserve, 34},
                            {Kind::pay, 34},
                            {Kind::charge, 10},
                            {Kind::release, 7},
                            {Kind::show_reservation, 5},
                            {Kind::show_seats, 8},
                            {Kind::leave, 3},
                            {Kind::poll, 4},
                            {Kind::show_balance, 2},
                            {Kind::enter, 1},
                            {Kind::join, 2}});
    case Stage::over:
        break;
    }
    return draw(dice_, {{Kind::join, 60},
                        {Kind::poll, 15},
                        {Kind::reserve, 4},
                        {Kind::pay, 4},
                        {Kind::leave, 2},
                        {Kind::show_payment, 6},
                        {Kind::show_reservation, 3},
                        {Kind::release, 2},
                        {Kind::show_balance, 4}});
}

Deed Crowd::act_with_token(Facts& facts, Person& person, Deed deed) {
    const auto known = facts.tokens.find(deed.token);
    const auto stage = known == facts.tokens.end() ? Stage::over : known->second.told;
    deed.kind = choose(stage);
    auto& message = deed.message;
    switch (deed.kind) {
    case Kind::join:
        return [&] {
            auto join = begin(person, deed.concert);
            join.kind = Kind::join;
            join.message.method = Method::post;
            join.message.path = fmt::format("/api/v1/concerts/{}/queue/tokens", deed.concert);
            join.message.body = fmt::format(R"({{"userId":"{}"}})", person.name);
            return join;
        }();
    case Kind::enter:
        message.method = Method::post;
        message.path = "/api/v1/queue/token/entry";
        break;
    case Kind::leave:
        message.method = Method::delete_;
        message.path = "/api/v1/queue/token";
        break;
    case Kind::show_seats:
        make_seat_map(facts, person, deed);
        break;
    case Kind::reserve:
        make_reserve(facts, person, deed);
        give_key(person, deed);
        break;
    case Kind::release:
    case Kind::show_reservation:
        make_release(person, deed);
        break;
    case Kind::pay:
        make_pay(facts, person, deed);
        give_key(person, deed);
        break;
    case Kind::show_payment:
        if (!person.payments.empty()) {
            deed.payment = pick(dice_, person.payments);
            message.path = "/api/v1/payments/" + deed.payment;
        }
        break;
    case Kind::charge:
        deed = make_charge(facts, person);
        give_key(person, deed);
        break;
    case Kind::show_balance:
        message.path = fmt::format("/api/v1/users/{}/balance", person.name);
        break;
    case Kind::show_line:
        message.path = fmt::format("/api/v1/concerts/{}/queue", deed.concert);
        break;
    default:
        break;
    }
    if (deed.message.path.empty()) { // what was chosen makes no sense at present
        deed.kind = Kind::poll;
        deed.message.path = "/api/v1/queue/token";
    }
    return deed;
}

void Crowd::make_reserve(const Facts& facts, const Person& person, Deed& deed) {
    const auto& plan = facts.lines.at(deed.concert).plan;
    deed.message.method = Method::post;
    deed.message.path = "/api/v1/reservations";
    deed.date = dice_.below(200) == 0 ? "2027-01-01" : pick(dice_, plan.dates);
    if (!person.reservations.empty() && chance(dice_, 6)) { // what one holds already
        const auto again = facts.holds.find(pick(dice_, person.reservations));
        if (again != facts.holds.end() && again->second.concert == deed.concert) {
            deed.date = again->second.date;
            deed.seats = again->second.seats;
        }
    }
    if (deed.seats.empty()) {
        auto numbers = numbers_of(plan);
        numbers.resize(numbers.size() + (dice_.below(200) == 0 ? 1 : 0), "Z-9");
        const auto wanted = chance(dice_, 70) ? 1 : 1 + dice_.below(3);
        while (deed.seats.size() < wanted && !numbers.empty()) {
            const auto place = numbers.begin() + static_cast<long>(dice_.below(numbers.size()));
            deed.seats.push_back(*place);
            numbers.erase(place);
        }
    }
    deed.message.body = name_seats(deed.date, deed.seats);
}

void Crowd::make_release(const Person& person, Deed& deed) {
    const bool others = chance(dice_, 5) || person.reservations.empty();
    const auto& whose = others ? pick(dice_, people_) : person;
    if (whose.reservations.empty()) {
        return;
    }
    deed.reservation = pick(dice_, whose.reservations);
    deed.message.method = deed.kind == Kind::release ? Method::delete_ : Method::get;
    deed.message.path = "/api/v1/reservations/" + deed.reservation;
}

void Crowd::make_pay(const Facts& facts, const Person& person, Deed& deed) {
    const auto& whose = chance(dice_, 4) ? pick(dice_, people_) : person;
    if (whose.reservations.empty()) {
        return;
    }
    // The latest is most likely the one that lives.
    deed.reservation =
        chance(dice_, 70) ? whose.reservations.back() : pick(dice_, whose.reservations);
    const auto& hold = facts.holds.at(deed.reservation);
    deed.message.method = Method::post;
    deed.message.path = "/api/v1/payments";
    if (chance(dice_, 50)) {
        deed.message.body = fmt::format(R"({{"reservationId":"{}"}})", deed.reservation);
        return;
    }
    deed.date = hold.date;
    deed.seats = hold.seats;
    if (chance(dice_, 8)) { // more, or fewer
        if (deed.seats.size() > 1 && chance(dice_, 50)) {
            deed.seats.pop_back();
        } else {
            deed.seats.push_back("A-1");
        }
        std::sort(deed.seats.begin(), deed.seats.end());
        deed.seats.erase(std::unique(deed.seats.begin(), deed.seats.end()), deed.seats.end());
    } else if (chance(dice_, 30)) {
        std::reverse(deed.seats.begin(), deed.seats.end());
    }
    deed.message.body = name_seats(deed.date, deed.seats);
}

Deed Crowd::make_charge(Facts& facts, const Person& person) {
    auto deed = begin(person, "");
    deed.kind = Kind::charge;
    // No two charges of a user are alike, so that the ledger tells which have happened.
    deed.amount =
        static_cast<std::int64_t>(1 + dice_.below(300)) * 1000 + ++facts.money[person.name].charges;
    deed.message.method = Method::post;
    deed.message.path = fmt::format("/api/v1/users/{}/balance/charges", person.name);
    deed.message.body = fmt::format(R"({{"amount":{}}})", deed.amount);
    return deed;
}

void Crowd::make_seat_map(const Facts& facts, const Person& person, Deed& deed) {
    deed.date = pick(dice_, facts.lines.at(deed.concert).plan.dates);
    deed.message.path = fmt::format("/api/v1/concerts/{}/dates/{}/seats", deed.concert, deed.date);
    if (!person.etag.empty() && chance(dice_, 50)) {
        deed.message.if_none_match = person.etag;
    }
}

void Crowd::give_key(Person& person, Deed& deed) {
    if (!deed.message.path.empty() && chance(dice_, 60)) {
        deed.message.key = fmt::format("key-{}", ++keys_);
        keep_last(person.keyed, deed);
    }
}

/// The same request with the same key; now and then the same key for another.
Deed Crowd::try_again(const Person& person) {
    auto deed = pick(dice_, person.keyed);
    if (deed.kind == Kind::charge && chance(dice_, 10)) {
        deed.amount += 1'000'000;
        deed.message.body = fmt::format(R"({{"amount":{}}})", deed.amount);
    }
    return deed;
}

void Crowd::hear(const Facts& facts, const DeedPtr& deed, const Response& response) {
    const auto person = std::find_if(people_.begin(), people_.end(),
                                     [&](const Person& one) { return one.name == deed->user; });
    if (person == people_.end()) {
        return;
    }
    const Answer answer{response};
    if (answer.code == "token-unknown") {
        person->tokens.erase(deed->concert);
    }
    if (!answer.success()) {
        return;
    }
    if (deed->kind == Kind::join) {
        person->tokens[deed->concert] = answer.text("token");
    } else if (deed->kind == Kind::reserve && facts.holds.contains(answer.text("reservationId"))) {
        keep_last(person->reservations, answer.text("reservationId"));
    } else if (deed->kind == Kind::pay) {
        keep_last(person->payments, answer.text("paymentId"));
    } else if (deed->kind == Kind::show_seats) {
        person->etag = answer.etag;
    }
}

} // namespace stagedoor::simulation
