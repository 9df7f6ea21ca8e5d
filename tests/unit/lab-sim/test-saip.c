/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab-sim-test.h"

/* Written by hand from the ASN.1 module: what our own encoder would not find wrong. */
#define HEADER "A024 800102 810103 820454455354 830A89000123456789012341 A500 A608060667810F010201"
#define MF                                                                                         \
  "B08187 A00580008101 01 810667810F010201"                                                        \
  "A20A A108 8B032F0601 C60101"                                                                    \
  "A41B A10D 82024121 83022FE2 8B032F0602 830A98001032547698103214"                               \
  "A520 A112 820442210008 83022F00 8B032F0601 800110 8303AABBCC 820105 83021122"                  \
  "A62B A112 820442210010 83022F06 8B032F0601 800120 83058001019000 82010B"                       \
  "830B800103A406830101950108"
#define PUKS "A318 A0058000810102 A10F 300D 800101 81083131313131313131"
#define PINS "A21D A0058000810103 A114 A012 3010 800101 810830303030FFFFFFFF 820101"
#define END "AA07 A0058000810104"

static void
test_by_hand (void)
{
  g_autoptr (GBytes) upp = hex_bytes (HEADER MF PUKS PINS END);
  g_autoptr (GError) error = NULL;
  g_autoptr (LabPackage) package = lab_saip_parse (upp, NULL, &error);
  g_autoptr (LabSim) sim = NULL;
  g_autofree char *iccid = NULL;
  guint major, minor, tag;
  int id;

  g_assert_no_error (error);
  iccid = kt_hex (lab_package_get_iccid (package), KT_ICCID_BYTES);
  g_assert_cmpstr (iccid, ==, "98001032547698103214");
  g_assert_cmpstr (lab_package_get_profile_type (package), ==, "TEST");
  lab_package_get_version (package, &major, &minor);
  g_assert_cmpuint (major, ==, 2);
  g_assert_cmpuint (minor, ==, 3);
  g_assert_cmpuint (lab_package_get_n_elements (package), ==, 5);
  lab_package_get_element (package, 0, &tag, &id);
  g_assert_cmphex (tag, ==, 0xA0);
  g_assert_cmpint (id, ==, -1);
  lab_package_get_element (package, 3, &tag, &id);
  g_assert_cmphex (tag, ==, 0xA2);
  g_assert_cmpint (id, ==, 3);
  /* MF, PL by default, ICCID, DIR, ARR */
  g_assert_cmpuint (lab_package_get_n_files (package), ==, 5);
  g_assert_true (lab_package_get_upp (package) == upp);
  g_assert_cmpuint (lab_package_get_memory (package), >, 2 + 10 + 16 + 32);

  sim = lab_sim_new (package);
  sim_expect (sim, "00A4000C 02 2FE2", "9000");
  sim_expect (sim, "00B00000 00", "6982");
  sim_expect (sim, "00200001 08 30303030FFFFFFFF", "9000");
  sim_expect (sim, "00B00000 00", "98001032547698103214 9000");
  sim_expect (sim, "00A4000C 02 2F00", "9000");
  sim_expect (sim, "00B20104 00", "AABBCCFFFFFFFFFF 9000");
  sim_expect (sim, "00B20204 00", "1122FFFFFFFFFFFF 9000");
  sim_expect (sim, "00A4000C 02 2F05", "9000");
  sim_expect (sim, "00B00000 00", "FFFF 9000");
  sim_expect (sim, "00A4040C 05 A000000087", "6A82");
}

/* The elements of the standard package, by place. */
enum
{
  AT_HEADER,
  AT_MF,
  AT_PUKS,
  AT_PINS,
  AT_TELECOM,
  AT_USIM,
  AT_OPT_USIM,
  AT_LOCAL_PINS,
  AT_AKA,
  AT_GSM_ACCESS,
  AT_GENERIC,
  AT_SECURITY_DOMAIN,
  AT_RFM,
  AT_RFM_USIM,
  AT_END,
};

typedef enum
{
  REPLACE,
  INSERT,
  /* a genericFileManagement with identification 99 and this one command */
  GENERIC,
} How;

typedef struct
{
  const char *name;
  How how;
  guint place;
  /* NULL: nothing in its place */
  const char *hex;
  int status;
  int id;
  KtErrorCode code;
  const char *key;
} Row;

#define ICCID "830A89000123456789012341"

static const Row rows[] = {
  { "no-header", REPLACE, AT_HEADER, NULL, 5, -1, KT_ERROR_MALFORMED, "saip.order" },
  { "no-end", REPLACE, AT_END, NULL, 5, 13, KT_ERROR_MALFORMED, "saip.order" },
  { "two-headers", INSERT, AT_MF, HEADER, 5, -1, KT_ERROR_MALFORMED, "saip.order" },
  { "bytes-behind-the-end", INSERT, AT_END + 1, "00", 5, 14, KT_ERROR_MALFORMED, "saip.order" },
  { "element-behind-the-end", INSERT, AT_END + 1, END, 5, 14, KT_ERROR_MALFORMED, "saip.order" },
  { "no-mf", REPLACE, AT_MF, NULL, 3, 3, KT_ERROR_MALFORMED, "saip.codes" },

  { "version-4", REPLACE, AT_HEADER, "A01E 800104 810100 820454455354" ICCID "A50281 00 A600", 31,
    -1, KT_ERROR_UNSUPPORTED, "saip.version" },
  { "version-1", REPLACE, AT_HEADER, "A01E 800101 810100 820454455354" ICCID "A50281 00 A600", 31,
    -1, KT_ERROR_UNSUPPORTED, "saip.version" },
  { "short-iccid", REPLACE, AT_HEADER, "A01D 800102 810103 820454455354"
    "830989000123456789012 3 A50281 00 A600", 3, -1, KT_ERROR_MALFORMED, "saip.header" },
  { "iccid-not-digits", REPLACE, AT_HEADER, "A01E 800102 810103 820454455354"
    "830A890A0123456789012341 A50281 00 A600", 3, -1, KT_ERROR_MALFORMED, "saip.header" },
  { "service-tuak", REPLACE, AT_HEADER, "A01E 800102 810103 820454455354" ICCID "A50285 00 A600",
    10, -1, KT_ERROR_UNSUPPORTED, "saip.service" },
  { "service-unknown", REPLACE, AT_HEADER, "A01F 800102 810103 820454455354" ICCID
    "A5039F1F00 A600", 10, -1, KT_ERROR_UNSUPPORTED, "saip.service" },
  { "template-unknown", REPLACE, AT_HEADER, "A026 800102 810103 820454455354" ICCID "A50281 00"
    "A608 060667810F010263", 9, -1, KT_ERROR_UNSUPPORTED, "saip.template" },
  { "template-foreign", REPLACE, AT_HEADER, "A023 800102 810103 820454455354" ICCID "A50281 00"
    "A605 06032A0304", 9, -1, KT_ERROR_UNSUPPORTED, "saip.template" },
  { "applications-demanded", REPLACE, AT_HEADER, "A02D 800102 810103 820454455354" ICCID
    "A50281 00 A600 A80D 300B 8005A000000001 81020100", 8, -1, KT_ERROR_UNSUPPORTED,
    "saip.service" },
  { "iot", REPLACE, AT_HEADER, "A029 800102 810103 820454455354" ICCID
    "A50281 00 A600 A909 800701020304050607", 10, -1, KT_ERROR_UNSUPPORTED, "saip.service" },
  { "header-without-services", REPLACE, AT_HEADER, "A01A 800102 810103 820454455354" ICCID "A600",
    5, -1, KT_ERROR_MISSING, "saip.structure" },

  { "unknown-mandatory", INSERT, AT_END, "AB07 A0058000810163", 1, 0x63, KT_ERROR_UNSUPPORTED,
    "saip.element" },
  { "iot-mandatory", INSERT, AT_END, "BF2007 A0058000810163", 1, 0x63, KT_ERROR_UNSUPPORTED,
    "saip.element" },
  { "non-standard-mandatory", INSERT, AT_END, "A90F A0058000810163 81032A0304 8201FF", 1, 0x63,
    KT_ERROR_UNSUPPORTED, "saip.element" },
  { "no-identification", INSERT, AT_END, "AB04 A0028000", 5, -1, KT_ERROR_MISSING,
    "saip.structure" },
  { "identification-negative", INSERT, AT_END, "AB07 A00580008101FF", 5, -1, KT_ERROR_MALFORMED,
    "saip.order" },
  { "null-with-content", INSERT, AT_END, "AB08 A006800101 810163", 5, -1, KT_ERROR_MALFORMED,
    "saip.order" },

  { "tuak", REPLACE, AT_AKA, "A431 A0058000810108 A128 A126 800102 810102"
    "8210000102030405060708090A0B0C0D0E0F 830C000000000000000000000000", 10, 8,
    KT_ERROR_UNSUPPORTED, "saip.aka" },
  { "algorithm-9", REPLACE, AT_AKA, "A431 A0058000810108 A128 A126 800109 810102"
    "8210000102030405060708090A0B0C0D0E0F 830C000000000000000000000000", 3, 8, KT_ERROR_MALFORMED,
    "saip.aka" },
  { "short-opc", REPLACE, AT_AKA, "A431 A0058000810108 A128 A126 800101 810101"
    "8210000102030405060708090A0B0C0D0E0F 830C000000000000000000000000", 3, 8, KT_ERROR_MALFORMED,
    "saip.aka" },
  { "mapping-to-nothing", REPLACE, AT_AKA, "A415 A0058000810108 A10C A00A 800100 8105A000000001",
    3, 8, KT_ERROR_MALFORMED, "saip.aka" },
  { "aka-before-application", INSERT, AT_PUKS, "A415 A0058000810163 A10C A00A 800100"
    "8105A000000001", 3, 0x63, KT_ERROR_MALFORMED, "saip.aka" },

  { "no-puks", REPLACE, AT_PUKS, NULL, 3, -1, KT_ERROR_MALFORMED, "saip.codes" },
  { "puks-twice", INSERT, AT_PINS, PUKS, 3, 2, KT_ERROR_MALFORMED, "saip.codes" },
  { "no-pin2", REPLACE, AT_LOCAL_PINS, NULL, 11, -1, KT_ERROR_MISSING, "saip.codes" },
  { "pins-twice", INSERT, AT_TELECOM, PINS, 3, 3, KT_ERROR_MALFORMED, "saip.codes" },
  { "local-pin-in-mf", REPLACE, AT_PINS, "A21B A0058000810163 A112 A010 300E 80020081"
    "810830303030FFFFFFFF", 3, 0x63, KT_ERROR_MALFORMED, "saip.codes" },
  { "global-pin-in-adf", INSERT, AT_AKA, PINS, 3, 3, KT_ERROR_MALFORMED, "saip.codes" },
  { "short-pin", REPLACE, AT_PINS, "A219 A0058000810163 A110 A00E 300C 800101 810730303030FFFFFF",
    3, 0x63, KT_ERROR_MALFORMED, "saip.codes" },
  { "pin-reference-9", REPLACE, AT_PINS, "A21A A0058000810163 A111 A00F 300D 800109"
    "810830303030FFFFFFFF", 3, 0x63, KT_ERROR_MALFORMED, "saip.codes" },
  { "more-tries-than-allowed", REPLACE, AT_PINS, "A21D A0058000810163 A114 A012 3010 800101"
    "810830303030FFFFFFFF 840134", 3, 0x63, KT_ERROR_MALFORMED, "saip.codes" },
  { "pins-shared-with-nothing", INSERT, AT_AKA, "A20D A0058000810163 A104 81027FAA", 3, 0x63,
    KT_ERROR_MALFORMED, "saip.codes" },

  { "opt-usim-alone", REPLACE, AT_USIM, NULL, 3, 6, KT_ERROR_MALFORMED, "saip.template" },
  { "usim-without-files", REPLACE, AT_USIM, "B32A A0058000810163 810667810F010204 A219 A117"
    "83027FD0 8407A0000000871002 8B032F060E C603810A01", 3, 0x63, KT_ERROR_MALFORMED,
    "saip.template" },
  { "usim-without-aid", REPLACE, AT_USIM, "B321 A0058000810163 810667810F010204 A210 A10E"
    "83027FD0 8B032F060E C603810A01", 3, 0x63, KT_ERROR_MALFORMED, "saip.file" },
  { "wrong-template", REPLACE, AT_TELECOM, "B21B A0058000810163 810667810F010204 A20A A108"
    "8B032F0601 C60101", 9, 0x63, KT_ERROR_UNSUPPORTED, "saip.template" },
  { "ef-without-directory", REPLACE, AT_TELECOM, "B228 A0058000810163 810667810F010203"
    "A20A A108 8B032F0601 C60101 AA0B A109 820442210010 800110", 3, 0x63, KT_ERROR_MALFORMED,
    "saip.template" },

  { "path-to-nothing", GENERIC, 0, "80027FAA", 3, 0x63, KT_ERROR_MALFORMED, "saip.path" },
  { "path-of-an-odd-length", GENERIC, 0, "80037F1000", 3, 0x63, KT_ERROR_MALFORMED, "saip.path" },
  { "file-twice", GENERIC, 0, "620B 82024121 83022FE2 800101", 3, 0x63, KT_ERROR_MALFORMED,
    "saip.file" },
  { "reserved-identifier", GENERIC, 0, "620B 82024121 83027FFF 800101", 3, 0x63,
    KT_ERROR_MALFORMED, "saip.file" },
  { "no-descriptor", GENERIC, 0, "6207 83022FE5 800101", 3, 0x63, KT_ERROR_MALFORMED, "saip.file" },
  { "no-size", GENERIC, 0, "6208 82024121 83022FE5", 3, 0x63, KT_ERROR_MALFORMED, "saip.file" },
  { "size-not-shortest", GENERIC, 0, "620C 82024121 83022FE5 80020001", 3, 0x63,
    KT_ERROR_MALFORMED, "saip.fcp" },
  { "size-and-records", GENERIC, 0, "620D 820442210004 83022FE5 800105", 3, 0x63,
    KT_ERROR_MALFORMED, "saip.file" },
  { "record-of-none", GENERIC, 0, "620D 820442210000 83022FE5 800105", 3, 0x63,
    KT_ERROR_MALFORMED, "saip.fcp" },
  { "too-many-records", GENERIC, 0, "620D 820442210001 83022FE5 8001FF", 3, 0x63,
    KT_ERROR_MALFORMED, "saip.file" },
  { "file-too-large", GENERIC, 0, "620D 82024121 83022FE5 8003010000", 4, 0x63, KT_ERROR_LIMIT,
    "saip.memory" },
  { "content-too-long", GENERIC, 0, "620B 82024121 83022FE5 800101 81020000", 3, 0x63,
    KT_ERROR_MALFORMED, "saip.file" },
  { "offset-too-far", GENERIC, 0, "620B 82024121 83022FE5 800101 020102", 3, 0x63,
    KT_ERROR_MALFORMED, "saip.file" },
  { "offset-negative", GENERIC, 0, "620B 82024121 83022FE5 800101 0201FF", 3, 0x63,
    KT_ERROR_MALFORMED, "saip.file" },
  { "content-of-no-file", GENERIC, 0, "810100", 3, 0x63, KT_ERROR_MALFORMED, "saip.file" },
  { "directory-with-size", GENERIC, 0, "620E 82027821 83027F55 800101 C60101", 3, 0x63,
    KT_ERROR_MALFORMED, "saip.file" },
  { "directory-without-pins", GENERIC, 0, "6208 82027821 83027F55", 3, 0x63, KT_ERROR_MALFORMED,
    "saip.file" },
  { "directory-with-foreign-pin", GENERIC, 0, "620B 82027821 83027F55 C60188", 11, -1,
    KT_ERROR_MISSING, "saip.codes" },
  { "two-patterns", GENERIC, 0, "6213 82024121 83022FE5 800101 A506 C10100 C20100", 3, 0x63,
    KT_ERROR_MALFORMED, "saip.fcp" },
  { "link-to-nothing", GENERIC, 0, "620C 82024121 83022FE5 C7022FE6", 3, -1, KT_ERROR_MALFORMED,
    "saip.link" },
  { "link-to-itself", GENERIC, 0, "620C 82024121 83022FE5 C7022FE5", 3, -1, KT_ERROR_MALFORMED,
    "saip.link" },
  { "link-to-another-kind", GENERIC, 0, "620C 82024121 83022FE5 C7022F00", 3, -1,
    KT_ERROR_MALFORMED, "saip.link" },
  { "too-deep", GENERIC, 0, "6210 82027821 83027F55 8B032F060E C6010A"
    "80027F55 6210 82027821 83025F01 8B032F060E C6010A"
    "80047F555F01 6210 82027821 83025F02 8B032F060E C6010A"
    "80067F555F015F02 6210 82027821 83025F03 8B032F060E C6010A"
    "80087F555F015F025F03 620B 82024121 83024F01 800101", 4, 0x63, KT_ERROR_LIMIT, "saip.memory" },
  { "unknown-in-generic", GENERIC, 0, "8500", 5, 0x63, KT_ERROR_MALFORMED, "saip.generic" },
  { "empty-generic", INSERT, AT_SECURITY_DOMAIN, "A109 A0058000810163 A100", 5, 0x63,
    KT_ERROR_MISSING, "saip.structure" },

  { "domain-without-instance", REPLACE, AT_SECURITY_DOMAIN, "A607 A0058000810163", 5, 0x63,
    KT_ERROR_MISSING, "saip.structure" },
  { "rfm-without-instance", REPLACE, AT_RFM, "A707 A0058000810163", 5, 0x63, KT_ERROR_MISSING,
    "saip.structure" },
  { "rfm-with-a-short-tar", REPLACE, AT_RFM, "A71D A0058000810163 4F05A000000001 A004 0402B001"
    "810116 040100 040100", 5, 0x63, KT_ERROR_MALFORMED, "saip.structure" },
  { "empty-application", INSERT, AT_END, "A807 A0058000810163", 3, 0x63, KT_ERROR_MALFORMED,
    "saip.card" },
  { "end-with-content", REPLACE, AT_END, "AA0A A0058000810163 810100", 5, 0x63,
    KT_ERROR_MALFORMED, "saip.structure" },
};

/* What must be taken although it is unusual. */
static const Row good_rows[] = {
  { "unknown-optional", INSERT, AT_END, "AB05 A003810163" },
  { "iot-optional", INSERT, AT_END, "BF2005 A003810163" },
  { "non-standard-optional", INSERT, AT_END, "A90D A003810163 81032A0304 8201FF" },
  { "application", INSERT, AT_END, "A81A A0058000810163 A111 4F05A000000001"
    "4F05A000000002 C40101" },
  { "path-from-mf", GENERIC, 0, "80043F007F10" },
  { "path-from-adf", GENERIC, 0, "80027FFF 80047FFF5F3B 80067FFF5F3B4F20 8100" },
  { "empty-link-is-no-link", GENERIC, 0, "620D 82024121 83022FE5 800101 C700" },
};

static GBytes *
generic (const char *command)
{
  g_autoptr (GBytes) content = hex_bytes (command);
  TlvWriter *writer = tlv_writer_new ();

  tlv_begin (writer, 0xA1);
  tlv_begin (writer, 0xA0);
  tlv_put (writer, 0x80, NULL, 0);
  tlv_put_int (writer, 0x81, 0x63);
  tlv_end (writer);
  tlv_begin (writer, 0xA1);
  tlv_put_bytes (writer, TLV_SEQUENCE, content);
  tlv_end (writer);
  tlv_end (writer);
  return tlv_writer_finish (writer);
}

static GPtrArray *
split (GBytes *upp)
{
  GPtrArray *elements = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  TlvReader reader;
  Tlv tlv;

  tlv_reader_init_bytes (&reader, upp);
  while (tlv_read (&reader, &tlv, NULL))
    g_ptr_array_add (elements, tlv_dup_raw (&tlv));
  g_assert_cmpuint (elements->len, ==, AT_END + 1);
  return elements;
}

static GBytes *
join (GPtrArray *elements)
{
  GByteArray *joined = g_byte_array_new ();

  for (guint i = 0; i < elements->len; i++)
    {
      GBytes *element = g_ptr_array_index (elements, i);

      g_byte_array_append (joined, g_bytes_get_data (element, NULL),
                           (guint) g_bytes_get_size (element));
    }
  return g_byte_array_free_to_bytes (joined);
}

static GPtrArray *
standard_elements (void)
{
  g_auto (TestSpec) test;
  g_autoptr (GBytes) upp = NULL;

  test_spec_init (&test);
  upp = lab_upp_build (&test.spec, test.env, NULL);
  return split (upp);
}

static GBytes *
edited (const Row *row)
{
  g_autoptr (GPtrArray) elements = standard_elements ();

  if (row->how == REPLACE)
    g_ptr_array_remove_index (elements, row->place);
  if (row->how == GENERIC)
    g_ptr_array_insert (elements, AT_SECURITY_DOMAIN, generic (row->hex));
  else if (row->hex != NULL)
    g_ptr_array_insert (elements, (gint) row->place, hex_bytes (row->hex));
  return join (elements);
}

static void
test_refused (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (GBytes) upp = edited (row);
  g_autoptr (GError) error = NULL;
  LabSaipFailure failure;

  g_assert_null (lab_saip_parse (upp, &failure, &error));
  g_assert_nonnull (error);
  g_test_message ("%s", error->message);
  g_assert_cmpint (failure.pe_status, ==, row->status);
  g_assert_cmpint (failure.pe_id, ==, row->id);
  g_assert_cmpint (kt_error_detail (error)->pe_status, ==, row->status);
  g_assert_cmpint (kt_error_detail (error)->pe_id, ==, row->id);
  assert_kt_error (&error, row->code, row->key);
}

static void
test_accepted (gconstpointer data)
{
  g_autoptr (GBytes) upp = edited (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (LabPackage) package = NULL;
  LabSaipFailure failure = { 99, 99 };

  package = lab_saip_parse (upp, &failure, &error);
  g_assert_no_error (error);
  g_assert_nonnull (package);
  g_assert_cmpint (failure.pe_status, ==, LAB_PE_OK);
}

/* A directory may be a link: 5F66 of the USIM shows what 5F55 of DF.TELECOM holds. */
static void
test_directory_link (void)
{
  static const Row row = { "directory-link", GENERIC, 0,
    "80027F10 6210 82027821 83025F55 8B032F060E C6010A"
    "80047F105F55 6213 82024121 83024F55 8B036F0604 800103 880108 8103112233"
    "80027FD0 6213 82027821 83025F66 8B032F060E C7047F105F55" };
  g_autoptr (GBytes) upp = edited (&row);
  g_autoptr (GError) error = NULL;
  g_autoptr (LabPackage) package = lab_saip_parse (upp, NULL, &error);
  g_autoptr (LabSim) sim = NULL;

  g_assert_no_error (error);
  sim = lab_sim_new (package);
  sim_expect (sim, "00A4040C 07 " TEST_USIM, "9000");
  sim_expect (sim, "00A4000C 02 5F66", "9000");
  sim_expect (sim, "00A4000C 02 4F55", "9000");
}

/* PIN2 defined in DF.TELECOM, and the USIM's PE-PINCodes a path to it: one PIN, one counter. */
static void
test_shared_pins (void)
{
  g_autoptr (GPtrArray) elements = standard_elements ();
  g_autoptr (GBytes) upp = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (LabPackage) package = NULL;
  g_autoptr (LabSim) sim = NULL;

  g_ptr_array_remove_index (elements, AT_LOCAL_PINS);
  g_ptr_array_insert (elements, AT_LOCAL_PINS,
                      hex_bytes ("A20D A0058000810163 A104 81027F10"));
  g_ptr_array_insert (elements, AT_USIM,
                      hex_bytes ("A21F A0058000810162 A116 A014 3012 80020081"
                                 "810830303030FFFFFFFF 82020081"));
  upp = join (elements);
  package = lab_saip_parse (upp, NULL, &error);
  g_assert_no_error (error);
  sim = lab_sim_new (package);
  sim_expect (sim, "00A4040C 07 " TEST_USIM, "9000");
  sim_expect (sim, "00200081 08 31313131FFFFFFFF", "63C2");
  sim_expect (sim, "00A4080C 02 7F10", "9000");
  sim_expect (sim, "00200081", "63C2");
  sim_expect (sim, "00200081 08 30303030FFFFFFFF", "9000");
}

/* A directory 5F77 in the USIM with an EF.ARR of its own and a file 4F01, 4F02 … for each rule. */
static char *
files_with_rules (const char *const *rules, guint n)
{
  g_autoptr (GBytes) start = hex_bytes ("80027FD0 6212 82027821 83025F77 8B036F060E C60381010A"
                                        "80047FD05F77");
  g_autoptr (GBytes) command = NULL;
  TlvWriter *writer = tlv_writer_new ();
  const gint64 record_len = 0x20;
  const guint8 size[2] = { (guint8) (record_len * n >> 8), (guint8) (record_len * n) };

  tlv_put_raw_bytes (writer, start);
  tlv_begin (writer, 0x62);
  tlv_put (writer, 0x82, "\x42\x21\x00\x20", 4);
  tlv_put (writer, 0x83, "\x6F\x06", 2);
  tlv_put (writer, 0x80, size, sizeof size);
  tlv_end (writer);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GBytes) rule = hex_bytes (rules[i]);

      tlv_put_bytes (writer, 0x81, rule);
      tlv_put_int (writer, TLV_INTEGER, record_len - (gint64) g_bytes_get_size (rule));
    }
  for (guint8 i = 1; i <= n; i++)
    {
      tlv_begin (writer, 0x62);
      tlv_put (writer, 0x82, "\x41\x21", 2);
      tlv_put (writer, 0x83, (const guint8[]) { 0x4F, i }, 2);
      tlv_put (writer, 0x8B, (const guint8[]) { 0x6F, 0x06, i }, 3);
      tlv_put (writer, 0x80, "\x01", 1);
      tlv_end (writer);
    }
  command = tlv_writer_finish (writer);
  return kt_hex_bytes (command);
}

/* Conditions of TS 102 221, 9.2.5, and who may read after no PIN, PIN1, and PIN2 as well. */
static void
test_conditions (void)
{
  static const char *const rules[] = {
    "800101 A010 A406830101950108 A406830181950108", /* either */
    "800101 AF10 A406830101950108 A406830181950108", /* both */
    "800101 A00E 9700 AF0A A406830101950108 9000",   /* never, or PIN1 and always */
    "800101 9700",                                   /* never */
    "8401B0 9000",                                   /* by instruction: always */
    "800102 9000",                                   /* nothing said of reading */
    "800101 A406830102950108",                       /* a PIN that is not there */
    "800101 A410 8301",                              /* cut off */
    "800101 A000",                                   /* an empty group */
  };
  static const char *const expected[3][G_N_ELEMENTS (rules)] = {
    { "6982", "6982", "6982", "6982", "FF9000", "6982", "6982", "6982", "6982" },
    { "FF9000", "6982", "FF9000", "6982", "FF9000", "6982", "6982", "6982", "6982" },
    { "FF9000", "FF9000", "FF9000", "6982", "FF9000", "6982", "6982", "6982", "6982" },
  };
  g_autofree char *command = files_with_rules (rules, G_N_ELEMENTS (rules));
  const Row row = { "conditions", GENERIC, 0, command };
  g_autoptr (GBytes) upp = edited (&row);
  g_autoptr (GError) error = NULL;
  g_autoptr (LabPackage) package = lab_saip_parse (upp, NULL, &error);
  g_autoptr (LabSim) sim = NULL;

  g_assert_no_error (error);
  sim = lab_sim_new (package);
  sim_expect (sim, "00A4040C 07 " TEST_USIM, "9000");
  sim_expect (sim, "00A4000C 02 5F77", "9000");
  for (guint step = 0; step < 3; step++)
    {
      if (step > 0)
        sim_expect (sim,
                    step == 1 ? "00200001 08 31323334FFFFFFFF" : "00200081 08 35363738FFFFFFFF",
                    "9000");
      for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
        {
          g_autofree char *select = g_strdup_printf ("00A4000C 02 4F%02X", i + 1);

          sim_expect (sim, select, "9000");
          sim_expect (sim, "00B00000 00", expected[step][i]);
        }
    }
}

/* A call meter: rule 7 reads by PIN1, writes by PIN2, increases by PIN1. */
static void
test_cyclic (void)
{
  static const Row row = { "cyclic", GENERIC, 0,
    "80027FD0 6215 820446210003 83026F39 8B036F0607 800109 8801E0 8103000001 8103000002 8103000003"
  };
  g_autoptr (GBytes) upp = edited (&row);
  g_autoptr (GError) error = NULL;
  g_autoptr (LabPackage) package = lab_saip_parse (upp, NULL, &error);
  g_autoptr (LabSim) sim = NULL;

  g_assert_no_error (error);
  sim = lab_sim_new (package);
  sim_expect (sim, "00A4040C 07 " TEST_USIM, "9000");
  sim_expect (sim, "00A40004 02 6F39 00",
              "621A 82054621000303 83026F39 8A0105 8B036F0607 80020009 8801E0 9000");
  sim_expect (sim, "80320000 03 000001 00", "6982");
  sim_expect (sim, "00200001 08 31323334FFFFFFFF", "9000");
  sim_expect (sim, "00B20104 03", "000001 9000");
  /* round and round */
  sim_expect (sim, "00B20002 03", "000001 9000");
  sim_expect (sim, "00B20003 03", "000003 9000");
  sim_expect (sim, "00B20002 03", "000001 9000");
  /* the new value and what was added; the oldest record is gone */
  sim_expect (sim, "80320000 03 0000FF 00", "000100 0000FF 9000");
  sim_expect (sim, "00B20104 03", "000100 9000");
  sim_expect (sim, "00B20204 03", "000001 9000");
  sim_expect (sim, "00B20304 03", "000002 9000");
  sim_expect (sim, "80320000 03 FFFFFF 00", "9850");
  sim_expect (sim, "80320000 04 00000001 00", "6700");
  sim_expect (sim, "80320100 03 000001 00", "6A86");
  /* records are only ever added */
  sim_expect (sim, "00DC0003 03 112233", "6982");
  sim_expect (sim, "00200081 08 35363738FFFFFFFF", "9000");
  sim_expect (sim, "00DC0104 03 112233", "6A86");
  sim_expect (sim, "00DC0003 03 112233", "9000");
  sim_expect (sim, "00B20004 03", "112233 9000");
  sim_expect (sim, "00B20204 03", "000100 9000");
  sim_expect (sim, "00A4000C 02 6F07", "9000");
  sim_expect (sim, "80320000 03 000001 00", "6981");
  /* as TS 51.011 has it: CHV1 and CHV2 in the access conditions */
  sim_expect (sim, "A0A40000 02 7F20", "9F16");
  sim_expect (sim, "A0A40000 02 6F39", "9F0F");
  sim_expect (sim, "A0C00000 0F", "0000 0009 6F39 04 40 12 1F 44 01 02 03 03 9000");
  sim_expect (sim, "A0320000 03 000001", "9F06");
  sim_expect (sim, "A0C00000 06", "112234 000001 9000");
}

/* UICCCapability: usim isim csim milenage, test algorithm, javacard, several NAAs, BER-TLV, links,
 * GET IDENTITY with both profiles. */
static void
test_capabilities (void)
{
  g_assert_cmphex (lab_saip_capabilities (), ==,
                   1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 8 | 1 << 14 | 1 << 16 | 1 << 17
                       | 1 << 18 | 1 << 19 | 1 << 20 | 1 << 22 | 1 << 23 | 1 << 24);
}

static void
add_rows (const char *prefix, const Row *table, guint n, GTestDataFunc function)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *path = g_strdup_printf ("/lab/saip/%s/%s", prefix, table[i].name);

      g_test_add_data_func (path, &table[i], function);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/saip/by-hand", test_by_hand);
  g_test_add_func ("/lab/saip/directory-link", test_directory_link);
  g_test_add_func ("/lab/saip/shared-pins", test_shared_pins);
  g_test_add_func ("/lab/saip/conditions", test_conditions);
  g_test_add_func ("/lab/saip/cyclic", test_cyclic);
  g_test_add_func ("/lab/saip/capabilities", test_capabilities);
  add_rows ("refused", rows, G_N_ELEMENTS (rows), test_refused);
  add_rows ("accepted", good_rows, G_N_ELEMENTS (good_rows), test_accepted);
  return g_test_run ();
}
