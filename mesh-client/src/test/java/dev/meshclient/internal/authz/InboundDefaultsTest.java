package dev.meshclient.internal.authz;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshclient.Documents;
import dev.meshclient.authz.Inbound;
import dev.meshclient.authz.InboundRequest;
import dev.meshclient.internal.time.InlineTime;
import dev.meshclient.policy.Access;
import dev.meshclient.policy.JwtProvider;
import dev.meshclient.policy.json.PolicyCodec;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Date;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What the schema calls a default is what the boundary does when nothing is stated, and another value makes a difference. */
class InboundDefaultsTest {
    private static final long SECOND = 1_000_000_000L;

    private final InlineTime time = new InlineTime();
    private final TestIssuer issuer = new TestIssuer("a");

    private static String byDefault(String def, String property) throws Exception {
        JsonNode schema = new ObjectMapper().readTree(PolicyCodec.schema());
        return schema.at("/$defs/" + def + "/properties/" + property + "/default")
                .toString();
    }

    private String field(String name, String value) {
        return value.isEmpty() ? "" : ", \"" + name + "\": " + value;
    }

    private Access access(String ofProvider, String ofService) throws Exception {
        return Objects.requireNonNull(Documents.mesh("m")
                        .with(
                                "'jwtProviders': {'corp': {'issuer': 'https://id.shop.example', 'jwksUri': 'https://id/jwks' %s}}"
                                        .formatted(ofProvider))
                        .services(Documents.service("orders")
                                .with("'requestAuthentication': {'provider': 'corp' %s}".formatted(ofService)))
                        .readStrict()
                        .policy()
                        .services()
                        .get("orders"))
                .settings()
                .backend()
                .access();
    }

    /** How long after its end a token is still good, in seconds; how often keys are fetched in 20 minutes; whether the service sees the token. */
    private String behaviour(String ofProvider, String ofService) throws Exception {
        int[] fetches = {0};
        KeySets keys = new KeySets(time, (uri, max, timeout) -> {
            fetches[0]++;
            return TestIssuer.jwks(issuer.key).getBytes(StandardCharsets.UTF_8);
        });
        Boundary boundary = Boundary.of("orders", access(ofProvider, ofService), null, keys);
        Collection<JwtProvider> issuers = Objects.requireNonNull(
                        access(ofProvider, ofService).requestAuthentication())
                .providers()
                .values();
        keys.prepare(issuers);
        keys.inForce(issuers);
        Inbound inbound = new PolicyInbound(() -> boundary, event -> {});
        String token = issuer.token(TestIssuer.claims(time)
                .expirationTime(Date.from(time.wall().instant()))
                .build());
        InboundRequest request = InboundRequest.of("GET", "/")
                .headers(name -> name.equalsIgnoreCase("authorization") ? "Bearer " + token : null)
                .build();
        boolean forwarded = inbound.authorize(request).forwardToken();
        int goodFor = 0;
        int step = 5;
        for (int second = 0; second < 1200; second += step) {
            step = second < 100 ? 5 : 20; // the end of a token is looked for more closely than those of keys
            goodFor += inbound.authorize(request).isAllowed() ? step : 0;
            String fresh = issuer.token(TestIssuer.claims(time).build());
            inbound.authorize(InboundRequest.of("GET", "/")
                    .headers(name -> "Bearer " + fresh)
                    .build());
            time.step(step * SECOND);
        }
        return goodFor + " s, " + fetches[0] + " fetches, " + forwarded;
    }

    @Test
    void of_the_skew() throws Exception {
        String stated = byDefault("jwtProvider", "clockSkew");
        assertThat(behaviour(field("clockSkew", stated), ""))
                .isEqualTo(behaviour("", ""))
                .startsWith("60 s");
        assertThat(behaviour(field("clockSkew", "\"5s\""), "")).startsWith("5 s");
    }

    @Test
    void of_the_cache() throws Exception {
        String stated = byDefault("jwtProvider", "cacheDuration");
        assertThat(behaviour(field("cacheDuration", stated), ""))
                .isEqualTo(behaviour("", ""))
                .contains(" 2 fetches");
        assertThat(behaviour(field("cacheDuration", "\"1m\""), "")).contains(" 20 fetches");
    }

    @Test
    void of_the_forwarded_token() throws Exception {
        String stated = byDefault("requestAuthentication", "forwardOriginalToken");
        assertThat(behaviour("", field("forwardOriginalToken", stated)))
                .isEqualTo(behaviour("", ""))
                .endsWith("false");
        assertThat(behaviour("", field("forwardOriginalToken", "true"))).endsWith("true");
    }

    @Test
    void of_the_audience() throws Exception {
        String stated = byDefault("jwtProvider", "audiences");
        assertThat(behaviour(field("audiences", stated), ""))
                .isEqualTo(behaviour("", ""))
                .startsWith("60 s");
        assertThat(behaviour(field("audiences", "[\"shop\", \"orders\"]"), "")).startsWith("60 s");
        assertThat(behaviour(field("audiences", "[\"shop\"]"), "")).startsWith("0 s");
    }
}
