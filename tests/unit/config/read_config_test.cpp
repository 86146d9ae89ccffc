// SPDX-License-Identifier: MIT
#include "read_config.hpp"

#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <unistd.h>

#include "same_config.hpp"
#include "support/catch.hpp"

using namespace stagedoor::config;

namespace {

/// The one line with which `action` is refused, or "" where it is not.
std::string refusal(const std::function<void()>& action) {
    try {
        action();
    } catch (const ConfigError& error) {
        return error.what();
    }
    return "";
}

std::string refusal_of_text(std::string_view text) {
    Config config;
    std::string line = refusal([&] { read_config_text(config, text, "my.toml"); });
    CHECK(config == Config{}); // a refused file changes nothing
    return line;
}

std::string refusal_of_assignment(std::string_view assignment) {
    Config config;
    std::string line = refusal([&] { assign_setting(config, assignment); });
    CHECK(config == Config{});
    return line;
}

/// A file of its own that goes when the test ends.
class ScratchFile {
public:
    explicit ScratchFile(std::string_view text) {
        const int descriptor = ::mkstemp(path_.data());
        REQUIRE(descriptor >= 0);
        ::close(descriptor);
        std::ofstream{path_, std::ios::binary} << text;
    }
    ~ScratchFile() { ::unlink(path_.c_str()); }
    ScratchFile(const ScratchFile&) = delete;
    ScratchFile& operator=(const ScratchFile&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_ = "/tmp/stagedoor-config-XXXXXX";
};

} // namespace

TEST_CASE("a file sets what it names and leaves the rest") {
    Config config;
    read_config_text(config, R"(
server.port = 0
[queue]
max_active = 1_000
[storage]
path = "/var/lib/stagedoor/stagedoor.db"
[identity]
allow_open_on_network = true
)",
                     "my.toml");

    Config expected;
    expected.server.port = 0;
    expected.queue.max_active = 1000;
    expected.storage.path = "/var/lib/stagedoor/stagedoor.db";
    expected.identity.allow_open_on_network = true;
    CHECK(config == expected);
}

TEST_CASE("an empty file is the defaults") {
    Config config;
    read_config_text(config, "", "my.toml");
    read_config_text(config, "[queue]\n", "my.toml");
    CHECK(config == Config{});
}

TEST_CASE("a file's fault is named with its line, its key and what is allowed") {
    CHECK(refusal_of_text("[server]\nport = 70000\n") ==
          "my.toml:2: server.port must be a whole number from 0 to 65535, not 70000");
    CHECK(refusal_of_text("[server]\nport = \"80\"\n") ==
          "my.toml:2: server.port must be a whole number from 0 to 65535, not \"80\"");
    CHECK(refusal_of_text("[server]\nport = 80.5\n") ==
          "my.toml:2: server.port must be a whole number from 0 to 65535, not a number with a "
          "fraction, a date or a time");
    CHECK(refusal_of_text("[server]\n\nport = [80]\n") ==
          "my.toml:3: server.port must be a whole number from 0 to 65535, not a list or a section");
    CHECK(refusal_of_text("[identity]\nallow_open_on_network = 1\n") ==
          "my.toml:2: identity.allow_open_on_network must be true or false, not 1");
    CHECK(refusal_of_text("[log]\nlevel = \"loud\"\n") ==
          "my.toml:2: log.level must be \"trace\", \"debug\", \"info\", \"warn\" or \"error\", not "
          "\"loud\"");
    CHECK(refusal_of_text("[log]\nformat = true\n") ==
          "my.toml:2: log.format must be \"text\" or \"json\", not true");
}

TEST_CASE("what a file has too much is refused, with what was probably meant") {
    CHECK(refusal_of_text("[server]\nprot = 1\n") ==
          "my.toml:2: unknown key server.prot; did you mean server.port?");
    CHECK(refusal_of_text("[queue]\nhold_seconds = 1\n") ==
          "my.toml:2: unknown key queue.hold_seconds; did you mean reservation.hold_seconds?");
    CHECK(refusal_of_text("port = 1\n") ==
          "my.toml:1: unknown key port; did you mean server.port?");
    CHECK(refusal_of_text("\"server.port\" = 1\n") ==
          "my.toml:1: unknown key server.port; did you mean server.port?");
    CHECK(refusal_of_text("[queue]\nmaxActive = 1\n") ==
          "my.toml:2: unknown key queue.maxActive; did you mean queue.max_active?");
    CHECK(refusal_of_text("[server]\ncolour_of_the_curtain = 1\n") ==
          "my.toml:2: unknown key server.colour_of_the_curtain; config/stagedoor.toml lists those "
          "that there are");
    CHECK(refusal_of_text("[sever]\nport = 1\n") ==
          "my.toml:1: unknown section [sever]; there are server, storage, queue, reservation, "
          "payment, idempotency, identity, log");
    CHECK(refusal_of_text("server = 1\n") ==
          "my.toml:1: server is a section: write [server] and its keys below");
    CHECK(refusal_of_text("[[server]]\nport = 1\n") ==
          "my.toml:1: server is a section: write [server] and its keys below");
    CHECK(refusal_of_text("[server.port]\nnumber = 1\n") ==
          "my.toml:1: server.port must be a whole number from 0 to 65535, not a list or a section");
}

TEST_CASE("a syntax error names its line and stays one line") {
    const std::string line = refusal_of_text("[server]\nport = 1\nport = 2\n");
    CHECK_THAT(line, Catch::StartsWith("my.toml:3: "));
    CHECK_THAT(refusal_of_text("[server\nport=1"), Catch::StartsWith("my.toml:1: "));
    CHECK(refusal_of_text("[server]\naddress = \"a\\nb\"\n").find('\n') == std::string::npos);
    CHECK_THAT(refusal_of_text("[server]\nport = 99999999999999999999\n"),
               Catch::StartsWith("my.toml:2: "));
    CHECK_THAT(refusal_of_text("[server]\naddress = \"\xff\"\n"), Catch::StartsWith("my.toml:2: "));
}

TEST_CASE("the command line sets one key") {
    Config config;
    assign_setting(config, "server.port=0");
    assign_setting(config, "storage.path=:memory:");
    assign_setting(config, "payment.currency=\"EUR\"");
    assign_setting(config, "identity.allow_open_on_network=true");
    assign_setting(config, "server.address=::1");

    Config expected;
    expected.server.port = 0;
    expected.storage.path = ":memory:";
    expected.payment.currency = "EUR";
    expected.identity.allow_open_on_network = true;
    expected.server.address = "::1";
    CHECK(config == expected);

    assign_setting(config, "storage.path=a=b.db");
    CHECK(config.storage.path == "a=b.db");
}

TEST_CASE("the command line's fault is named") {
    CHECK(refusal_of_assignment("server.port") ==
          "--set server.port: must be key=value, such as server.port=0");
    CHECK(refusal_of_assignment("=1") == "--set =1: must be key=value, such as server.port=0");
    CHECK(refusal_of_assignment("server.port=") ==
          "--set: server.port must be a whole number from 0 to 65535, not \"\"");
    CHECK(refusal_of_assignment("server.port=80x") ==
          "--set: server.port must be a whole number from 0 to 65535, not \"80x\"");
    CHECK(refusal_of_assignment("server.port=-1") ==
          "--set: server.port must be a whole number from 0 to 65535, not -1");
    CHECK(refusal_of_assignment("identity.allow_open_on_network=yes") ==
          "--set: identity.allow_open_on_network must be true or false, not \"yes\"");
    CHECK(refusal_of_assignment("server.ports=1") ==
          "--set: unknown key server.ports; did you mean server.port?");
    CHECK(refusal_of_assignment("storage.path=") ==
          "--set: storage.path must be a file's path, or :memory:, not \"\"");
    CHECK(refusal_of_assignment("identity.mode=accounts") ==
          "--set: identity.mode: \"accounts\" is not there yet; this version has \"open\" alone");
    CHECK_THAT(refusal_of_assignment(std::string(100000, 'x') + "=1"),
               Catch::StartsWith("--set: unknown key xxx"));
}

TEST_CASE("a currency is three capitals") {
    for (const auto* text : {"krw", "KR", "KRWW", "K W", ""}) {
        CAPTURE(text);
        CHECK_FALSE(refusal_of_assignment(std::string{"payment.currency="} + text).empty());
    }
}

TEST_CASE("an address is an address, not a name") {
    CHECK(refusal_of_assignment("server.address=localhost") ==
          "--set: server.address must be an IPv4 or IPv6 address, such as 127.0.0.1 or ::1, not "
          "\"localhost\"");
    CHECK_FALSE(refusal_of_assignment("server.address=127.0.0.1:80").empty());
    CHECK_FALSE(refusal_of_assignment("server.address=256.0.0.1").empty());
}

TEST_CASE("open identity is not served to the network by accident") {
    Config config;
    CHECK_NOTHROW(check_config(config));
    config.server.address = "0.0.0.0";
    CHECK_THAT(refusal([&] { check_config(config); }),
               Catch::Contains("server.address") &&
                   Catch::Contains("identity.allow_open_on_network"));
    config.identity.allow_open_on_network = true;
    CHECK_NOTHROW(check_config(config));
}

TEST_CASE("the assignments come after the file, and the checks after both") {
    const ScratchFile file{"[server]\nport = 1\naddress = \"0.0.0.0\"\n[queue]\nmax_active = 7\n"};
    const std::vector<std::string> assignments{"server.port=2", "server.address=127.0.0.1",
                                               "server.port=3"};
    const Config config = load_config(file.path(), assignments);
    CHECK(config.server.port == 3);
    CHECK(config.queue.max_active == 7);
    CHECK_THROWS_AS(load_config(file.path(), {}), ConfigError); // the file alone is open to all
    CHECK(load_config(std::nullopt, {}) == Config{});
}

TEST_CASE("a file that cannot be read is said to be so") {
    CHECK(refusal([] { (void)load_config("/nowhere/at/all.toml", {}); }) ==
          "/nowhere/at/all.toml: cannot be read: No such file or directory");
    CHECK(refusal([] { (void)load_config("/tmp", {}); }) == "/tmp: cannot be read: Is a directory");
    const ScratchFile large{"#" + std::string(1 << 20, 'x')};
    CHECK(refusal([&] { (void)load_config(large.path(), {}); }) ==
          large.path() + ": larger than 1 MiB: not a configuration file");
    const ScratchFile full{"#" + std::string((1 << 20) - 1, 'x')};
    CHECK(load_config(full.path(), {}) == Config{});
}
