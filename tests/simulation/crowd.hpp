// SPDX-License-Identifier: MIT
// The people: they join, poll, hold, pay, try again, change their minds and vanish. What each knows
// is what was answered and not lost on the way.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "facts.hpp"

namespace stagedoor::simulation {

class Crowd {
public:
    Crowd(const Venue& venue, Dice& dice);

    /// What somebody does next, given what has been promised so far.
    [[nodiscard]] Deed act(Facts& facts);

    /// The answer has arrived at who asked.
    void hear(const Facts& facts, const DeedPtr& deed, const Response& response);

private:
    struct Person {
        std::string name;
        std::map<std::string, std::string> tokens; ///< by concert
        std::vector<std::string> reservations;
        std::vector<std::string> payments;
        std::vector<Deed> keyed; ///< the last few, to be tried again
        std::string etag;
    };

    [[nodiscard]] Person new_person();
    [[nodiscard]] Deed begin(const Person& person, const std::string& concert) const;
    [[nodiscard]] Deed act_without_token(Facts& facts, Person& person, const std::string& concert);
    [[nodiscard]] Deed act_with_token(Facts& facts, Person& person, Deed deed);
    [[nodiscard]] Deed::Kind choose(Stage stage);
    void make_reserve(const Facts& facts, const Person& person, Deed& deed);
    void make_release(const Person& person, Deed& deed);
    void make_pay(const Facts& facts, const Person& person, Deed& deed);
    [[nodiscard]] Deed make_charge(Facts& facts, const Person& person);
    void make_seat_map(const Facts& facts, const Person& person, Deed& deed);
    [[nodiscard]] Deed try_again(const Person& person);
    void give_key(Person& person, Deed& deed);

    Dice& dice_;
    std::vector<std::string> concerts_;
    std::vector<Person> people_;
    std::uint64_t names_ = 0;
    std::uint64_t keys_ = 0;
    std::size_t last_ = 0; ///< who acted last
};

} // namespace stagedoor::simulation
