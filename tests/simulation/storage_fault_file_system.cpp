// SPDX-License-Identifier: Apache-2.0
#include <tests/storage/fault_file_system.cpp>
