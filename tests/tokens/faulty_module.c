/* A PKCS#11 module that passes everything on to SoftHSM, except for one fault at a time.
 *
 * The fault is the word in the file FAULT; every C_Login is a line in the file LOGINS. Both paths,
 * and that of the real module (REAL), are set when this is compiled by the tests. SoftHSM itself
 * never locks a PIN, never wants it for each signature and never fails in the middle.
 *
 * Layout and numbers: OASIS PKCS#11 v3.1, pkcs11t.h and pkcs11f.h. */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef unsigned long U;
typedef U (*Call)();
typedef struct { U type; void *value; U len; } Attribute;
/* CK_FUNCTION_LIST: a version, then 68 functions in the order of the standard */
typedef struct { unsigned char version[2]; Call call[68]; } Functions;

enum { GET_FUNCTION_LIST = 3, GET_TOKEN_INFO = 6, GET_MECHANISM_LIST = 7, GET_SESSION_INFO = 15,
       LOGIN = 18, GET_ATTRIBUTE_VALUE = 24, FIND_OBJECTS = 27, SIGN = 43, SIGN_UPDATE = 44,
       SIGN_FINAL = 45, SIGN_INIT = 42, GENERATE_KEY_PAIR = 59 };

static Functions real, ours;
static unsigned char held[65536];
static U held_len;
static int logged_in, authenticated;

static int fault(const char *word) {
    char now[64] = "";
    FILE *f = fopen(FAULT, "r");
    if (f) { if (!fgets(now, sizeof now, f)) now[0] = 0; fclose(f); }
    return strcmp(now, word) == 0;
}

static U token_info(U slot, unsigned char *info) {
    U rv = real.call[GET_TOKEN_INFO](slot, info);
    U *flags = (U *)(info + 96);
    if (fault("final-try")) *flags |= 0x10000 | 0x20000;
    if (fault("locked")) *flags |= 0x10000 | 0x40000;
    return rv;
}

static U mechanism_list(U slot, U *list, U *count) {
    U rv = real.call[GET_MECHANISM_LIST](slot, list, count);
    if (!rv && list && fault("no-edwards"))
        for (U i = 0; i < *count; i++)
            if (list[i] == 0x1055) list[i] = 0x80000001;
    return rv;
}

static U login(U session, U user, void *pin, U len) {
    FILE *f = fopen(LOGINS, "a");
    if (f) { fprintf(f, "%s\n", user == 2 ? "context" : "user"); fclose(f); }
    if (user == 2) { authenticated = 1; return 0; }
    if (fault("pin-locks")) return 0xA4;
    U rv = real.call[LOGIN](session, user, pin, len);
    if (!rv) logged_in = 1;
    return rv;
}

static U session_info(U session, void *info) {
    if (logged_in && fault("emptied")) return 0xB3;
    return real.call[GET_SESSION_INFO](session, info);
}

static U find(U session, U *objects, U max, U *count) {
    if (logged_in && fault("removed")) return 0x32;
    U rv = real.call[FIND_OBJECTS](session, objects, max, count);
    if (logged_in && fault("emptied")) *count = 0;
    return rv;
}

static U attributes(U session, U object, Attribute *a, U count) {
    U rv = real.call[GET_ATTRIBUTE_VALUE](session, object, a, count);
    for (U i = 0; i < count; i++) {
        if (!a[i].value || a[i].len != 1) continue;
        unsigned char *is = a[i].value;
        if (a[i].type == 0x202 && (fault("each-time") || fault("each-time-strict"))) *is = 1;
        if (a[i].type == 0x163 && fault("not-local")) *is = 0;
        if (a[i].type == 0x165 && fault("was-readable")) *is = 0;
        if (a[i].type == 0x164 && fault("was-extractable")) *is = 0;
    }
    return rv;
}

static U generate(U session, void *mechanism, Attribute *pub, U pubs, Attribute *priv, U privs,
                  U *public_key, U *private_key) {
    for (U i = 0; i < pubs; i++)
        if (pub[i].type == 0x180 && *(unsigned char *)pub[i].value == 6 && fault("curve-by-name"))
            return 0x140;
    U rv = real.call[GENERATE_KEY_PAIR](session, mechanism, pub, pubs, priv, privs, public_key, private_key);
    return fault("fails-after-generating") ? 0x30 : rv;
}

static U sign_init(U session, void *mechanism, U key) {
    authenticated = 0;
    held_len = 0;
    return real.call[SIGN_INIT](session, mechanism, key);
}

/* "blocks": says that it is in the middle of a signature, and stays there */
static void block(void) {
    FILE *f = fault("blocks") ? fopen(LOGINS, "a") : 0;
    if (!f) return;
    fprintf(f, "signing\n");
    fclose(f);
    while (fault("blocks")) usleep(1000);
}

static U sign(U session, unsigned char *data, U len, unsigned char *signature, U *signature_len) {
    block();
    if (fault("each-time") && !authenticated) return 0x101;
    U rv = real.call[SIGN](session, data, len, signature, signature_len);
    if (!rv && signature && fault("bad-signature")) signature[*signature_len - 1] ^= 1;
    return rv;
}

static U sign_update(U session, unsigned char *part, U len) {
    if (!fault("each-time")) return real.call[SIGN_UPDATE](session, part, len);
    if (!authenticated) return 0x101;
    if (held_len + len > sizeof held) return 0x21;
    memcpy(held + held_len, part, len);
    held_len += len;
    return 0;
}

static U sign_final(U session, unsigned char *signature, U *signature_len) {
    block();
    if (!fault("each-time")) return real.call[SIGN_FINAL](session, signature, signature_len);
    return sign(session, held, held_len, signature, signature_len);
}

static U function_list(Functions **list) { *list = &ours; return 0; }

U C_GetFunctionList(Functions **list) {
    void *module = dlopen(REAL, RTLD_NOW);
    if (!module) return 5;
    Functions *found;
    U rv = ((Call)dlsym(module, "C_GetFunctionList"))(&found);
    if (rv) return rv;
    ours = real = *found;
    ours.call[GET_FUNCTION_LIST] = (Call)function_list;
    ours.call[GET_TOKEN_INFO] = (Call)token_info;
    ours.call[GET_MECHANISM_LIST] = (Call)mechanism_list;
    ours.call[GET_SESSION_INFO] = (Call)session_info;
    ours.call[LOGIN] = (Call)login;
    ours.call[FIND_OBJECTS] = (Call)find;
    ours.call[GET_ATTRIBUTE_VALUE] = (Call)attributes;
    ours.call[GENERATE_KEY_PAIR] = (Call)generate;
    ours.call[SIGN_INIT] = (Call)sign_init;
    ours.call[SIGN] = (Call)sign;
    ours.call[SIGN_UPDATE] = (Call)sign_update;
    ours.call[SIGN_FINAL] = (Call)sign_final;
    *list = &ours;
    return 0;
}
