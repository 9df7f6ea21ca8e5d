/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "smdp-test.h"

/* A session recorded between other parties' LPA and card: our answers have the same shape, tag by
 * tag, and the recorded commands are understood. */

/* ---- reading a recording: lines "> command" and "< response" ---- */

typedef struct
{
  GPtrArray *requests;
  GPtrArray *responses;
} Trace;

static void
trace_free (Trace *trace)
{
  g_ptr_array_unref (trace->requests);
  g_ptr_array_unref (trace->responses);
  g_free (trace);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Trace, trace_free)

static void
take_exchange (Trace *trace, const char *command, const char *response, GByteArray *request,
               GByteArray *answer)
{
  g_autoptr (GBytes) c = hex_bytes (command);
  g_autoptr (GBytes) r = hex_bytes (response);
  const guint8 *sent = g_bytes_get_data (c, NULL);
  const guint8 *got = g_bytes_get_data (r, NULL);
  gsize len = g_bytes_get_size (r);

  if (sent[1] == 0xE2)
    {
      if (sent[3] == 0)
        g_byte_array_set_size (request, 0);
      g_byte_array_append (request, sent + 5, sent[4]);
    }
  else if (sent[1] == 0xC0 && request->len > 0)
    g_byte_array_append (answer, got, (guint) len - 2);
  if (answer->len > 0 && got[len - 2] == 0x90)
    {
      g_ptr_array_add (trace->requests, g_bytes_new (request->data, request->len));
      g_ptr_array_add (trace->responses, g_bytes_new (answer->data, answer->len));
      g_byte_array_set_size (request, 0);
      g_byte_array_set_size (answer, 0);
    }
}

static Trace *
read_trace (const char *name)
{
  const char *fixtures = g_getenv ("KT_TEST_FIXTURES");
  g_autofree char *path
      = fixtures != NULL ? g_build_filename (fixtures, "traces", name, NULL) : NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GByteArray) request = g_byte_array_new ();
  g_autoptr (GByteArray) answer = g_byte_array_new ();
  Trace *trace;

  if (path == NULL || !g_file_get_contents (path, &text, NULL, NULL))
    {
      g_test_skip ("no recorded sessions at hand");
      return NULL;
    }
  trace = g_new0 (Trace, 1);
  trace->requests = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  trace->responses = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL && lines[i + 1] != NULL; i++)
    if (g_str_has_prefix (lines[i], "> ") && g_str_has_prefix (lines[i + 1], "< "))
      take_exchange (trace, lines[i] + 2, lines[i + 1] + 2, request, answer);
  return trace;
}

static GBytes *
recorded (GPtrArray *list, TlvTag tag)
{
  for (guint i = 0; i < list->len; i++)
    {
      const guint8 *data = g_bytes_get_data (g_ptr_array_index (list, i), NULL);

      if (data[0] == tag >> 8 && data[1] == (tag & 0xFF))
        return g_ptr_array_index (list, i);
    }
  g_assert_not_reached ();
}

/* ---- shapes ---- */

static gboolean
is_constructed (TlvTag tag)
{
  while (tag > 0xFF)
    tag >>= 8;
  return (tag & 0x20) != 0;
}

/* Certificates are another standard's matter: a SEQUENCE that holds a SEQUENCE and a BIT STRING. */
static gboolean
is_certificate (const Tlv *tlv)
{
  Tlv child;

  return tlv->tag == TLV_SEQUENCE && tlv_find (tlv, TLV_BIT_STRING, &child, NULL) == TLV_FOUND;
}

static void
append_shape (GString *shape, const guint8 *data, gsize len, guint depth)
{
  TlvReader reader;
  Tlv tlv;

  tlv_reader_init (&reader, data, len);
  while (!tlv_reader_at_end (&reader))
    {
      g_assert_true (tlv_read (&reader, &tlv, NULL));
      g_string_append_printf (shape, "%*s%X%s\n", (int) depth * 2, "", tlv.tag,
                              is_certificate (&tlv) ? " certificate" : "");
      if (is_constructed (tlv.tag) && !is_certificate (&tlv))
        append_shape (shape, tlv.value, tlv.len, depth + 1);
    }
}

static char *
shape_of (GBytes *bytes)
{
  GString *shape = g_string_new (NULL);

  append_shape (shape, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), 0);
  return g_string_free (shape, FALSE);
}

static void
assert_same_shape (GBytes *ours, GBytes *theirs)
{
  g_autofree char *a = shape_of (ours);
  g_autofree char *b = shape_of (theirs);

  g_assert_cmpstr (a, ==, b);
}

/* ---- tests ---- */

/* As the recorded card: PPR1 is forbidden to everyone, which EUICCInfo2 then says. */
static LabEuicc *
similar_card (LabEuiccProtocol protocol)
{
  LabEuiccOptions options = test_options ();
  g_autoptr (GBytes) any = g_bytes_new (NULL, 0);
  LabOperator anyone = { { 0xEE, 0xEE, 0xEE }, any, any };
  LabRatRule rule = { LAB_PPR2_NO_DELETION, &anyone, 1, TRUE };
  LabEuicc *euicc;

  options.protocol = protocol;
  options.rules = &rule;
  options.n_rules = 1;
  euicc = test_card_new (&options);
  test_open_isdr (euicc);
  return euicc;
}

static void
test_session (void)
{
  g_autoptr (Trace) trace = read_trace ("apdu.txt");
  g_autoptr (LabEuicc) euicc = NULL;
  g_autoptr (TestSmdp) smdp = NULL;
  g_autoptr (GBytes) challenge = NULL;
  g_autoptr (GBytes) info = NULL;
  g_autoptr (GBytes) authenticate = NULL;
  g_autoptr (GBytes) authenticated = NULL;
  g_autoptr (GBytes) prepare = NULL;
  g_autoptr (GBytes) prepared = NULL;
  guint16 sw;

  if (trace == NULL)
    return;
  euicc = similar_card (LAB_EUICC_T0);
  smdp = smdp_new (test_pki_get ());
  challenge = test_es10_hex (euicc, "BF2E00");
  assert_same_shape (challenge, recorded (trace->responses, 0xBF2E));
  info = test_es10_hex (euicc, "BF2000");
  assert_same_shape (info, recorded (trace->responses, 0xBF20));
  smdp_challenge (smdp, euicc);
  authenticate = smdp_authenticate (smdp, NULL);
  authenticated = test_es10 (euicc, authenticate, &sw);
  assert_same_shape (authenticated, recorded (trace->responses, 0xBF38));
  smdp_take_authentication (smdp, authenticated);
  prepare = smdp_prepare (smdp, NULL);
  assert_same_shape (prepare, recorded (trace->requests, 0xBF21));
  prepared = test_es10 (euicc, prepare, &sw);
  assert_same_shape (prepared, recorded (trace->responses, 0xBF21));
}

/* The recorded requests themselves: parsed, and refused for the reason that is true here. */
static void
test_requests (void)
{
  g_autoptr (Trace) trace = read_trace ("apdu.txt");
  g_autoptr (LabEuicc) euicc = NULL;
  g_autoptr (GBytes) challenge = NULL;
  g_autoptr (GBytes) refused = NULL;
  g_autoptr (GBytes) unprepared = NULL;
  guint16 sw;

  if (trace == NULL)
    return;
  euicc = similar_card (LAB_EUICC_T0);
  challenge = test_es10_hex (euicc, "BF2E00");
  refused = test_es10 (euicc, recorded (trace->requests, 0xBF38), &sw);
  g_assert_cmphex (sw, ==, 0x9000);
  /* another PKI: ciPKUnknown */
  assert_take_hex (TEST_FIND (refused, 0xBF38, 0xA1, 0x02), "020107");
  unprepared = test_es10 (euicc, recorded (trace->requests, 0xBF21), &sw);
  g_assert_cmphex (sw, ==, 0x9000);
  assert_take_hex (TEST_FIND (unprepared, 0xBF21, 0xA1, 0x02), "020104");
}

static void
test_notifications (void)
{
  g_autoptr (Trace) trace = read_trace ("apdu_notification.txt");
  g_autoptr (LabEuicc) euicc = NULL;
  g_autoptr (TestSmdp) smdp = NULL;
  g_autoptr (GBytes) result = NULL;
  g_autoptr (GBytes) list = NULL;
  g_autoptr (GBytes) retrieved = NULL;
  g_autoptr (GBytes) removed = NULL;
  guint16 sw;

  if (trace == NULL)
    return;
  euicc = similar_card (LAB_EUICC_T0);
  smdp = smdp_new (test_pki_get ());
  result = smdp_install (smdp, euicc, ICCID_A, FALSE);
  list = test_es10 (euicc, recorded (trace->requests, 0xBF28), &sw);
  assert_same_shape (list, recorded (trace->responses, 0xBF28));
  retrieved = test_es10 (euicc, recorded (trace->requests, 0xBF2B), &sw);
  assert_same_shape (retrieved, recorded (trace->responses, 0xBF2B));
  removed = test_es10 (euicc, recorded (trace->requests, 0xBF30), &sw);
  g_assert_true (g_bytes_equal (removed, recorded (trace->responses, 0xBF30)));
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/euicc/trace/session", test_session);
  g_test_add_func ("/lab/euicc/trace/requests", test_requests);
  g_test_add_func ("/lab/euicc/trace/notifications", test_notifications);
  status = g_test_run ();
  test_clear ();
  return status;
}
