/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kt-test.h"

#include "lab-sim.h"
#include "lab-upp.h"

/* What the tests of this room share: a specification, a card from it, and talk in hexadecimal. */

#define TEST_ICCID "8935801234567890129"
#define TEST_EF_ICCID "985308214365870921F9"
#define TEST_IMSI "244991234567895"
#define TEST_EF_IMSI "082944992143658759"
#define TEST_K "465B5CE8B199B49FAA5F0A2EE238A6BC"
#define TEST_OPC "CD63CB71954A9F4E48A5994E37A02BAF"
#define TEST_USIM "A0000000871002"

typedef struct
{
  LabUppSpec spec;
  GBytes *k;
  GBytes *opc;
  KtEnv *env;
} TestSpec;

G_GNUC_UNUSED static void
test_spec_init (TestSpec *test)
{
  test->k = hex_bytes (TEST_K);
  test->opc = hex_bytes (TEST_OPC);
  test->env = kt_env_new_seeded (7, 0);
  test->spec = (LabUppSpec) {
    .iccid = TEST_ICCID,
    .imsi = TEST_IMSI,
    .mnc_length = 2,
    .msisdn = "+358401234567",
    .spn = "Kaitsu Mobile",
    .algorithm = LAB_AKA_MILENAGE,
    .k = test->k,
    .opc = test->opc,
    .smsc = "+358405202000",
    .pin1 = "1234",
    .pin1_enabled = TRUE,
    .puk1 = "12345678",
    .pin2 = "5678",
    .puk2 = "87654321",
    .adm1 = "88888888",
  };
}

G_GNUC_UNUSED static void
test_spec_clear (TestSpec *test)
{
  g_bytes_unref (test->k);
  g_bytes_unref (test->opc);
  kt_env_free_seeded (test->env);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TestSpec, test_spec_clear)

G_GNUC_UNUSED static LabPackage *
test_package (const TestSpec *test)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) upp = lab_upp_build (&test->spec, test->env, &error);
  LabPackage *package;

  g_assert_no_error (error);
  package = lab_saip_parse (upp, NULL, &error);
  g_assert_no_error (error);
  return package;
}

/* A card from the standard specification with PIN1 on or off. */
G_GNUC_UNUSED static LabSim *
test_sim (gboolean pin1_enabled)
{
  g_auto (TestSpec) test;
  g_autoptr (LabPackage) package = NULL;

  test_spec_init (&test);
  test.spec.pin1_enabled = pin1_enabled;
  package = test_package (&test);
  return lab_sim_new (package);
}

G_GNUC_UNUSED static GBytes *
sim_send (LabSim *sim, guint channel, const char *command)
{
  g_autoptr (GBytes) bytes = hex_bytes (command);
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);

  return lab_sim_transmit (sim, channel, data, len);
}

/* Sends @command on the basic channel; the whole answer, status word included, must be @answer. */
#define sim_expect(sim, command, answer) sim_expect_on ((sim), 0, (command), (answer))

G_GNUC_UNUSED static void
sim_expect_on (LabSim *sim, guint channel, const char *command, const char *answer)
{
  g_test_message ("%s", command);
  assert_take_hex (sim_send (sim, channel, command), answer);
}

/* The status word alone. */
G_GNUC_UNUSED static void
sim_expect_sw (LabSim *sim, const char *command, guint sw)
{
  g_autoptr (GBytes) answer = sim_send (sim, 0, command);
  gsize len;
  const guint8 *data = g_bytes_get_data (answer, &len);

  g_test_message ("%s", command);
  g_assert_cmpuint (len, >=, 2);
  g_assert_cmphex (data[len - 2] << 8 | data[len - 1], ==, sw);
}
