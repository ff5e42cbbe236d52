package dev.meshclient.internal.tls;

import static org.assertj.core.api.Assertions.assertThat;

import okhttp3.HttpUrl;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionNameTest {
    @ParameterizedTest
    @ValueSource(strings = {"orders", "bank|orders", "[2001:db8::1]", "10.0.0.1", "a&b"})
    void the_host_is_that_of_the_url(String stated) {
        String host = HttpUrl.get("https://" + stated + "/").host();

        assertThat(SessionName.hostOf(SessionName.of("shop/orders", "10.0.0.1:8443", host)))
                .isEqualTo(host);
    }
}
