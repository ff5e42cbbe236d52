package dev.meshclient.internal.authz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.internal.time.InlineTime;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.internal.time.ThreadKind;
import dev.meshclient.internal.time.VirtualTime;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys at a URI that is slow, wrong, gone, or asked for too often. */
class FetchedKeysTest {
    private static final long SECOND = 1_000_000_000L;

    private final InlineTime time = new InlineTime();
    private final TestIssuer old = new TestIssuer("old");
    private final TestIssuer fresh = new TestIssuer("fresh");
    private String served = TestIssuer.jwks(old.key);
    private int fetches;
    private final KeySets sets = new KeySets(time, this::download);

    private byte[] download(URI uri, int maxBytes, Duration timeout) throws IOException {
        fetches++;
        assertThat(uri).hasToString("https://id.shop.example/jwks");
        assertThat(timeout).isEqualTo(Duration.ofSeconds(5));
        if (served.isEmpty()) {
            throw new IOException("connection refused");
        }
        return served.getBytes(StandardCharsets.UTF_8);
    }

    private TokenCheck check() {
        return check(sets);
    }

    /** A policy with the issuer, in force. */
    private static TokenCheck check(KeySets keys) {
        TokenCheck check = TokenCheck.of(List.of(TestIssuer.remote()), "orders", null, keys);
        keys.prepare(List.of(TestIssuer.remote()));
        keys.inForce(List.of(TestIssuer.remote()));
        return check;
    }

    private String bearer(TestIssuer issuer) {
        return "Bearer "
                + issuer.token(TestIssuer.claims(time).expirationTime(null).build());
    }

    @Test
    void keys_are_fetched_when_policy_comes_and_kept_over_policies() {
        TokenCheck first = check();
        assertThat(fetches).isEqualTo(1);

        assertThat(first.check(bearer(old)).problem()).isNull();
        assertThat(check().check(bearer(old)).problem()).isNull();
        assertThat(fetches).isEqualTo(1);
    }

    @Test
    void they_are_looked_at_again_when_their_time_is_over() {
        TokenCheck check = check();
        time.step(599 * SECOND);
        check.check(bearer(old));
        assertThat(fetches).isEqualTo(1);

        time.step(SECOND);
        check.check(bearer(old));
        assertThat(fetches).isEqualTo(2);
    }

    @Test
    void an_unknown_key_is_a_reason_to_look_but_not_twice_in_ten_seconds() {
        TokenCheck check = check();
        served = TestIssuer.jwks(old.key, fresh.key);
        assertThat(check.check(bearer(fresh)).problem()).contains("no key for it");
        assertThat(fetches).as("it was fetched just now").isEqualTo(1);

        time.step(10 * SECOND);
        assertThat(check.check(bearer(fresh)).problem()).isNull();
        assertThat(fetches).isEqualTo(2);
        for (int i = 0; i < 10; i++) {
            String madeUp = bearer(new TestIssuer("made-up-" + i));
            for (int again = 0; again < 100; again++) {
                assertThat(check.check(madeUp).problem()).contains("no key for it");
            }
        }
        assertThat(fetches).isEqualTo(2);
    }

    @Test
    void the_last_good_ones_stay_while_newer_cannot_be_had() {
        TokenCheck check = check();
        for (String wrong : List.of("", "<html>", "{}", "{\"keys\":[{}]}", "[]")) {
            served = wrong;
            time.step(601 * SECOND);
            assertThat(check.check(bearer(old)).problem()).as(wrong).isNull();
        }
        assertThat(fetches).isEqualTo(6);
    }

    /** An issuer that revokes all its keys publishes an empty set (RFC 7517 5.1 allows one). */
    @ParameterizedTest
    @ValueSource(strings = {"{\"keys\":[]}", "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}"})
    void a_set_without_keys_is_an_answer_and_withdraws_all(String none) {
        TokenCheck check = check();
        assertThat(check.check(bearer(old)).problem()).isNull();
        served = none;
        time.step(601 * SECOND);
        check.check(bearer(old));

        TokenCheck.CheckedToken after = check.check(bearer(old));
        assertThat(after.problem()).contains("no key for it");
        assertThat(after.ourFault()).isFalse();
        served = "";
        time.step(601 * SECOND);
        assertThat(check.check(bearer(old)).claims())
                .as("a failed fetch brings them back no more")
                .isNull();

        served = TestIssuer.jwks(old.key);
        time.step(601 * SECOND);
        assertThat(check.check(bearer(old)).problem()).isNull();
    }

    @Test
    void a_withdrawn_key_is_not_believed_any_more() {
        TokenCheck check = check();
        served = TestIssuer.jwks(fresh.key);
        time.step(601 * SECOND);
        check.check(bearer(old));

        assertThat(check.check(bearer(old)).problem()).contains("no key for it");
    }

    /** A request after a pause starts the fetch itself: the keys that were revoked meanwhile must not decide it. */
    @Test
    void keys_whose_time_is_over_are_not_used_until_the_issuer_was_asked() {
        VirtualTime virtual = VirtualTime.continuous(ThreadKind.PLATFORM, 1);
        KeySets slow = new KeySets(virtual, (uri, max, timeout) -> {
            virtual.signal("network").await(virtual.now() + SECOND);
            return served.getBytes(StandardCharsets.UTF_8);
        });
        String oldToken = bearer(old);
        virtual.run(() -> {
            TokenCheck check = check(slow);
            assertThat(check.check(oldToken).problem()).isNull();
            served = TestIssuer.jwks(fresh.key);
            virtual.signal("day").await(virtual.now() + 86_400 * SECOND);

            assertThat(check.check(oldToken).problem()).contains("no key for it");
        });
    }

    @Test
    void an_issuer_that_does_not_answer_delays_the_requests_of_one_fetch_and_no_later_ones() {
        VirtualTime virtual = VirtualTime.continuous(ThreadKind.PLATFORM, 1);
        boolean[] hangs = {false};
        KeySets slow = new KeySets(virtual, (uri, max, timeout) -> {
            if (hangs[0]) {
                virtual.signal("network").await(virtual.now() + timeout.toNanos());
                throw new IOException("no answer");
            }
            return served.getBytes(StandardCharsets.UTF_8);
        });
        String oldToken = bearer(old);
        List<Long> waited = new ArrayList<>();
        virtual.run(() -> {
            TokenCheck check = check(slow);
            assertThat(check.check(oldToken).problem()).isNull();
            hangs[0] = true;
            virtual.signal("rotation").await(virtual.now() + 600 * SECOND);
            for (int i = 0; i < 30; i++) {
                long before = virtual.now();
                assertThat(check.check(oldToken).problem()).isNull();
                waited.add((virtual.now() - before) / SECOND);
                virtual.signal("pause").await(virtual.now() + 10 * SECOND);
            }
        });

        assertThat(waited).startsWith(5L).endsWith(0L);
        assertThat(waited.stream().mapToLong(Long::longValue).sum()).isEqualTo(5);
    }

    @Test
    void without_keys_no_token_is_checked_and_keys_are_fetched_once_a_second() {
        served = "";
        TokenCheck check = check();
        for (int i = 0; i < 100; i++) {
            TokenCheck.CheckedToken result = check.check(bearer(old));
            assertThat(result.ourFault()).isTrue();
            assertThat(result.problem()).contains("connection refused").contains("https://id.shop.example/jwks");
        }
        assertThat(fetches).isEqualTo(1);

        served = TestIssuer.jwks(old.key);
        time.step(SECOND);
        assertThat(check.check(bearer(old)).problem()).isNull();
    }

    @Test
    void after_the_end_of_the_mesh_what_is_known_stays() {
        boolean[] closed = {false};
        StepTime ends = new StepTime() {
            @Override
            public void start(String name, Runnable task) {
                if (closed[0]) {
                    throw new IllegalStateException("closed");
                }
                task.run();
            }
        };
        KeySets until = new KeySets(ends, this::download);
        TokenCheck check = check(until);
        closed[0] = true;
        ends.step(3600 * SECOND);

        assertThat(check.check(bearer(old)).problem()).isNull();
        assertThat(check.check(bearer(fresh)).problem()).contains("no key for it");
    }

    @Test
    void keys_that_came_while_others_were_tried_are_tried_too() {
        FetchedKeys keys = new FetchedKeys(time, this::download, URI.create("https://id.shop.example/jwks"));
        keys.goodFor(600 * SECOND);
        List<VerificationKey> tried = Objects.requireNonNull(keys.now());
        served = TestIssuer.jwks(fresh.key);
        time.step(601 * SECOND);
        keys.now(); // another request has them fetched

        assertThat(keys.again(tried)).extracting(VerificationKey::id).containsExactly(fresh.key.getKeyID());
    }

    @Test
    void a_token_with_an_unknown_key_cannot_be_checked_while_its_issuer_cannot_be_asked() {
        TokenCheck check = check();
        served = "";
        time.step(10 * SECOND);

        assertThat(check.check(bearer(fresh)).ourFault()).isTrue();
        assertThat(check.check(bearer(fresh)).problem()).contains("cannot be checked", "connection refused");
        served = TestIssuer.jwks(old.key);
        time.step(10 * SECOND);
        assertThat(check.check(bearer(fresh)).ourFault()).isFalse();
    }

    @Test
    void a_request_that_cannot_wait_for_the_keys_is_refused_since_its_token_was_not_checked() {
        VirtualTime virtual = VirtualTime.continuous(ThreadKind.PLATFORM, 1);
        KeySets slow = new KeySets(virtual, (uri, max, timeout) -> {
            virtual.signal("network").await(virtual.now() + SECOND);
            return served.getBytes(StandardCharsets.UTF_8);
        });
        String oldToken = bearer(old);
        String freshToken = bearer(fresh);
        List<TokenCheck.CheckedToken> results = new ArrayList<>();
        virtual.run(() -> {
            TokenCheck check = check(slow);
            assertThat(check.check(oldToken).problem()).isNull();
            served = TestIssuer.jwks(old.key, fresh.key);
            virtual.signal("rotation").await(20 * SECOND);
            for (int i = 0; i < 40; i++) {
                virtual.start("request", () -> results.add(check.check(freshToken)));
            }
            virtual.join();
        });

        assertThat(results).filteredOn(r -> r.problem() == null).hasSize(32);
        assertThat(results).filteredOn(r -> r.problem() != null).hasSize(8).allMatch(TokenCheck.CheckedToken::ourFault);
    }

    @Test
    void after_an_error_of_a_fetch_there_is_a_next_one() {
        boolean[] broken = {true};
        KeySets breaking = new KeySets(time, (uri, max, timeout) -> {
            if (broken[0]) {
                throw new NoClassDefFoundError("x");
            }
            return served.getBytes(StandardCharsets.UTF_8);
        });
        assertThatThrownBy(() -> check(breaking))
                .isInstanceOf(NoClassDefFoundError.class); // the end of its thread, were it another
        broken[0] = false;
        time.step(SECOND);

        TokenCheck check = check(breaking);
        assertThat(check.check(bearer(old)).problem()).isNull();
    }

    @Test
    void a_check_that_must_not_wait_uses_the_keys_at_hand_and_fetches_none() {
        TokenCheck check = check();
        time.step(599 * SECOND);
        assertThat(check.checkNow(bearer(old)).problem()).isNull();
        assertThat(check.checkNow(null)).isEqualTo(TokenCheck.CheckedToken.NO_TOKEN);
        assertThat(check.checkNow("Bearer x").problem()).contains("no signed JWT");
        assertThat(check.checkNow(bearer(fresh))).as("an unknown key").isSameAs(TokenCheck.CheckedToken.WAITS);

        time.step(SECOND);
        assertThat(check.checkNow(bearer(old))).as("their time is over").isSameAs(TokenCheck.CheckedToken.WAITS);
        assertThat(fetches).isEqualTo(1);
        assertThat(check.check(bearer(old)).problem()).isNull();
        assertThat(check.checkNow(bearer(old)).problem()).isNull();
        assertThat(fetches).isEqualTo(2);
    }

    @Test
    void a_check_that_must_not_wait_has_no_result_without_keys() {
        served = "";
        TokenCheck check = check();
        assertThat(check.checkNow(bearer(old))).isSameAs(TokenCheck.CheckedToken.WAITS);
        assertThat(fetches).isEqualTo(1);
    }

    @Test
    void keys_that_no_policy_names_are_forgotten() {
        check();
        sets.inForce(List.of());
        check();

        assertThat(fetches).isEqualTo(2);
    }
}
