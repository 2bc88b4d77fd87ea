// SPDX-License-Identifier: Apache-2.0
#include "kafka_layouts.h"

#include <doctest/doctest.h>

#include <cctype>
#include <sstream>

namespace troupe::kafka {

namespace {

/// Recursive descent over one line.
class parser {
public:
  explicit parser(std::string_view text) : text_(text) {}

  std::vector<layout_field> message() {
    std::vector<layout_field> fields;
    do {
      while (accept(' ')) {
      }
      fields.push_back(field());
    } while (accept(';'));
    return fields;
  }

  bool at_end() const { return position_ == text_.size(); }

private:
  char peek(size_t ahead = 0) const {
    return position_ + ahead < text_.size() ? text_[position_ + ahead] : '\0';
  }

  bool accept(char c) {
    if (peek() != c)
      return false;
    ++position_;
    return true;
  }

  void expect(char c) {
    INFO("at ", std::string{text_.substr(position_)});
    REQUIRE(accept(c));
  }

  std::string word() {
    auto begin = position_;
    while (std::isalnum(static_cast<unsigned char>(peek())) != 0
           || peek() == '_' || peek() == '-')
      ++position_;
    return std::string{text_.substr(begin, position_ - begin)};
  }

  int integer() {
    int x = 0;
    REQUIRE(std::isdigit(static_cast<unsigned char>(peek())) != 0);
    while (std::isdigit(static_cast<unsigned char>(peek())) != 0)
      x = 10 * x + (text_[position_++] - '0');
    return x;
  }

  void type(layout_field& x) {
    if (accept('{')) {
      x.fields = message();
      expect('}');
    } else if (accept('[')) {
      x.is_array = true;
      auto begin = position_;
      x.primitive = word();
      if (!accept(']')) {
        position_ = begin;
        x.primitive.clear();
        x.fields = message();
        expect(']');
      }
    } else {
      x.primitive = word();
    }
  }

  layout_field field() {
    layout_field x;
    x.name = word();
    expect(':');
    type(x);
    if (accept('?')) {
      x.first_nullable = 0;
      if (std::isdigit(static_cast<unsigned char>(peek())) != 0) {
        x.first_nullable = integer();
        if (!accept('+')) {
          expect('-');
          integer();
        }
      }
    }
    if (accept('='))
      x.initial = word();
    if (peek() == ' ' && peek(1) != '#') {
      expect(' ');
      x.first = x.last = integer();
      if (accept('+'))
        x.last = layout_field::any_later_version;
      else if (accept('-'))
        x.last = integer();
    }
    if (accept(' ')) {
      expect('#');
      x.tag = integer();
    }
    return x;
  }

  std::string_view text_;
  size_t position_ = 0;
};

std::vector<layout_field> parse_message(const std::string& line) {
  INFO(line);
  parser p{std::string_view{line}.substr(2)};
  auto fields = p.message();
  REQUIRE(p.at_end());
  return fields;
}

} // namespace

std::map<std::string, api_layout> parse_layouts(std::string_view text) {
  std::map<std::string, api_layout> found;
  api_layout* current = nullptr;
  std::istringstream lines{std::string{text}};
  for (std::string line; std::getline(lines, line);) {
    INFO(line);
    if (line.empty() || line.front() == '#')
      continue;
    if (line.starts_with("Q ") || line.starts_with("A ")) {
      REQUIRE(current != nullptr);
      auto& message = line[0] == 'Q' ? current->request : current->response;
      message = parse_message(line);
      continue;
    }
    std::istringstream words{line};
    std::string api;
    std::string flex;
    std::string first_flexible;
    words >> api >> flex >> first_flexible;
    REQUIRE(flex == "flex");
    REQUIRE(!first_flexible.empty());
    current = &found[api];
    if (first_flexible != "none")
      current->first_flexible = std::stoi(first_flexible);
  }
  return found;
}

std::string flatten(const std::vector<layout_field>& fields, int version) {
  std::string out;
  for (const auto& x : fields) {
    if (version < x.first || version > x.last)
      continue;
    if (!out.empty())
      out += "; ";
    out += x.name + ':';
    auto inner = x.primitive.empty() ? flatten(x.fields, version) : x.primitive;
    if (x.is_array)
      out += '[' + inner + ']';
    else
      out += x.primitive.empty() ? '{' + inner + '}' : inner;
    if (version >= x.first_nullable)
      out += '?';
    if (!x.initial.empty() && x.initial != "null")
      out += '=' + x.initial;
    if (x.tag >= 0)
      out += " #" + std::to_string(x.tag);
  }
  return out;
}

} // namespace troupe::kafka
