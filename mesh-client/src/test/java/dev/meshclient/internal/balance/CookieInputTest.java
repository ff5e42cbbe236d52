package dev.meshclient.internal.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.call.Wire;
import dev.meshclient.internal.time.StepTime;
import java.util.List;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CookieInputTest {
    private static @Nullable String value(List<String> headers, String ofJar) {
        Request.Builder request = Calls.get().newBuilder();
        headers.forEach(header -> request.addHeader("Cookie", header));
        Wire wire = new Wire() {
            @Override
            public Response send(Attempt attempt) {
                return Calls.respond(attempt, 200);
            }

            @Override
            public String cookies(Call call) {
                return ofJar;
            }
        };
        return CookieInput.value(Calls.call(new StepTime(), request.build(), wire), "s");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "s=1                 | 1",
                "a=2; s=1            | 1",
                "a=2;s=1;b=3         | 1",
                "S=2; s=1            | 1",
                "xs=2; s=1; sx=3     | 1",
                "s=1; s=2            | 1",
                "s = 1               | 1",
                "s=a=b               | a=b",
                "s=\"1\"             | 1",
                "s=\"                | \"",
                "a=2                 |",
                "s                   |",
                "a=s=1               |",
                ";                   |",
            })
    void the_value_stands_in_the_header(String header, @Nullable String value) {
        assertThat(value(List.of(header), "")).isEqualTo(value);
    }

    /** A client that has logged out often keeps the cookie: all of these must not meet at one endpoint. */
    @ParameterizedTest
    @ValueSource(strings = {"s=", "a=2; s= ; b=3", "s=\"\""})
    void an_empty_value_is_none(String header) {
        assertThat(value(List.of(header), "")).isNull();
        assertThat(value(List.of(), header)).isNull();
    }

    @Test
    void the_first_of_several_headers_counts() {
        assertThat(value(List.of("a=2", "s=1", "s=2"), "")).isEqualTo("1");
        assertThat(value(List.of(), "")).isNull();
    }

    /** As OkHttp sends them. */
    @Test
    void the_cookies_of_the_jar_replace_those_of_the_request() {
        assertThat(value(List.of(), "a=2; s=1")).isEqualTo("1");
        assertThat(value(List.of("s=9"), "s=1")).isEqualTo("1");
        assertThat(value(List.of("s=9"), "a=2")).isNull();
    }
}
