package dev.meshclient.internal.route;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfidentialTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "header Authorization",
                "header set-cookie",
                "header X-API-Key",
                "header x-csrf",
                "header X-XSRF-Header",
                "header X-Bearer",
                "query access_token",
                "query pass",
                "query db_pass",
                "query userPass",
                "query passphrase",
                "query PASSWD",
                "query passcode",
                "query otp",
                "query totp",
                "query PIN",
                "query userPinNow",
                "query pin2",
                "query sid",
                "query connect.sid",
                "query SAMLResponse",
                "query sig",
                "query X-Amz-Credential",
                "query code",
                "query Code",
            })
    void a_value_is_hidden_if_its_name_looks_like_a_secret(String part) {
        assertThat(Confidential.shown(part, "7c4a8d09")).isEqualTo("(confidential)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "path",
                "method",
                "header end-user",
                "header x-shipping",
                "query passenger",
                "query zipcode",
                "query country-code",
                "query encoding",
                "query sidebar",
                "query pinned",
                "query signal",
            })
    void another_value_is_shown(String part) {
        assertThat(Confidential.shown(part, "7")).isEqualTo("\"7\"");
    }

    @Test
    void what_controls_a_terminal_or_the_direction_of_text_is_not_shown_and_a_long_value_is_cut() {
        assertThat(Confidential.shown("path", "/a\u001b[31m\n\u202Eb")).isEqualTo("\"/a?[31m??b\"");
        assertThat(Confidential.shown("path", "a".repeat(200))).isEqualTo("\"" + "a".repeat(200) + "\"");
        assertThat(Confidential.shown("path", "a".repeat(201))).isEqualTo("\"" + "a".repeat(200) + "\"...");
    }
}
