// SPDX-License-Identifier: Apache-2.0
#include <tests/storage/log_fixture.cpp>
