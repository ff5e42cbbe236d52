package dev.meshclient.internal.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import okhttp3.HttpUrl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedactedUrlTest {
    @ParameterizedTest
    @CsvSource({
        "http://orders/a, http://orders/a",
        "http://orders/a?b=c&d#e, http://orders/a?b=c&d#e",
        "http://jane:secret@orders/a, http://REDACTED:REDACTED@orders/a",
        "http://:secret@orders/a, http://REDACTED:REDACTED@orders/a",
        "http://jane@orders/a?x=@, http://REDACTED:REDACTED@orders/a?x=@",
        "http://orders/a@b?sig=1&x=2&sig=3, http://orders/a@b?sig=REDACTED&x=2&sig=REDACTED",
        "https://b/k?X-Amz-Signature=a&X-Amz-Credential=b&X-Amz-Security-Token=c&AWSAccessKeyId=d&Signature=e&X-Goog-Signature=f,"
                + " https://b/k?X-Amz-Signature=REDACTED&X-Amz-Credential=REDACTED&X-Amz-Security-Token=REDACTED"
                + "&AWSAccessKeyId=REDACTED&Signature=REDACTED&X-Goog-Signature=REDACTED",
        "http://orders/?SIG=1&signature=2&sig, http://orders/?SIG=1&signature=2&sig",
        "http://jane:secret@orders/?sig=, http://REDACTED:REDACTED@orders/?sig=REDACTED",
        "http://orders/?, http://orders/?",
        "http://orders/?&&a, http://orders/?&&a"
    })
    void users_and_signatures_are_redacted_and_nothing_else(String url, String redacted) {
        assertThat(new RedactedUrl(Set.of(), false).of(HttpUrl.get(url))).isEqualTo(redacted);
    }

    @ParameterizedTest
    @CsvSource({
        "http://orders/?token=a&Token=b&q=c&sig=d, http://orders/?token=REDACTED&Token=b&q=c&sig=REDACTED",
        "http://orders/?token&key=x&=y, http://orders/?token&key=REDACTED&=y",
    })
    void further_parameters_are_redacted_by_their_names(String url, String redacted) {
        assertThat(new RedactedUrl(Set.of("token", "key"), false).of(HttpUrl.get(url)))
                .isEqualTo(redacted);
    }

    @ParameterizedTest
    @CsvSource({
        "http://orders/a?q=c&sig=d&&t=#e, http://orders/a?q=REDACTED&sig=REDACTED&&t=REDACTED#e",
        "http://orders/?eyJhbGciOi&=x, http://orders/?REDACTED&REDACTED",
        "http://orders/a, http://orders/a",
    })
    void a_query_is_redacted_as_a_whole(String url, String redacted) {
        assertThat(new RedactedUrl(Set.of(), true).of(HttpUrl.get(url))).isEqualTo(redacted);
    }

    @Test
    void the_known_methods_are_those_of_the_variable_if_it_has_any() {
        assertThat(new HttpMethods(null).isKnown("QUERY")).isTrue();
        assertThat(new HttpMethods("").isKnown("PURGE")).isFalse();
        assertThat(new HttpMethods("PURGE, GET").isKnown("PURGE")).isTrue();
        assertThat(new HttpMethods("PURGE, GET").isKnown("GET")).isTrue();
        assertThat(new HttpMethods("PURGE, GET").isKnown("POST")).isFalse();
    }
}
