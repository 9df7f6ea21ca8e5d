/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "kaitsu-lab"

#include "lab-setup.h"

#include "kt-bytes.h"
#include "kt-iccid.h"
#include "lab-digits.h"
#include "lab-icon.h"
#include "lab-upp.h"

/* As for plans: telecommunication, no country (ITU-T E.118); a test network's subscriber. */
#define ICCID_PREFIX "8999900"
#define ICCID_RANDOM_DIGITS 11
#define IMSI_PREFIX "0010100"
#define IMSI_RANDOM_DIGITS 8
#define PLMN "00101"
#define MNC_LENGTH 2

#define PROVIDER "Kaitsu Mobile"
#define NAME "Set-up connection"
/* What a telephone shows: at most 16 characters. */
#define SPN "Kaitsu set-up"

static GBytes *
build_package (const LabSetup *setup, const KtEnv *env, GError **error)
{
  const LabSubscription *subscription = &setup->subscription;
  g_autoptr (GBytes) k = kt_secret_bytes (subscription->k, sizeof subscription->k);
  g_autoptr (GBytes) opc = kt_secret_bytes (subscription->opc, sizeof subscription->opc);
  LabUppSpec spec = { .iccid = setup->iccid, .imsi = subscription->imsi, .mnc_length = MNC_LENGTH,
                      .spn = SPN, .algorithm = subscription->algorithm, .k = k, .opc = opc,
                      .profile_type = NAME };

  return lab_upp_build (&spec, env, error);
}

static GBytes *
build_metadata (const LabSetup *setup, GError **error)
{
  g_autoptr (GBytes) icon = lab_icon_draw (LAB_ICON_SETUP, error);
  LabMetadata metadata = { .iccid = setup->iccid, .provider = PROVIDER, .name = NAME,
                           .icon_type = RSP_ICON_PNG, .icon = icon, .owner = PLMN,
                           .profile_class = RSP_CLASS_PROVISIONING };

  return icon != NULL ? lab_metadata_build (&metadata, error) : NULL;
}

LabSetup *
lab_setup_new (const KtEnv *env, GError **error)
{
  g_autoptr (LabSetup) setup = g_new0 (LabSetup, 1);
  g_autofree char *body = lab_digits_random (env, ICCID_PREFIX, ICCID_RANDOM_DIGITS);
  g_autofree char *imsi = lab_digits_random (env, IMSI_PREFIX, IMSI_RANDOM_DIGITS);

  setup->iccid = g_strdup_printf ("%s%c", body, kt_luhn_digit (body));
  setup->subscription.algorithm = LAB_AKA_MILENAGE;
  g_strlcpy (setup->subscription.imsi, imsi, sizeof setup->subscription.imsi);
  kt_env_random (env, setup->subscription.k, sizeof setup->subscription.k);
  kt_env_random (env, setup->subscription.opc, sizeof setup->subscription.opc);
  setup->preload.enabled = TRUE;
  setup->preload.upp = build_package (setup, env, error);
  if (setup->preload.upp == NULL)
    return NULL;
  setup->preload.metadata = build_metadata (setup, error);
  return setup->preload.metadata != NULL ? g_steal_pointer (&setup) : NULL;
}

void
lab_setup_free (LabSetup *setup)
{
  if (setup == NULL)
    return;
  g_clear_pointer (&setup->preload.upp, g_bytes_unref);
  g_clear_pointer (&setup->preload.metadata, g_bytes_unref);
  g_free (setup->iccid);
  kt_wipe (&setup->subscription, sizeof setup->subscription);
  g_free (setup);
}
