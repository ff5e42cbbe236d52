package dev.meshclient.internal.authz;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.opts.AllowWeakRSAKey;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import dev.meshclient.identity.TestCertificates;
import dev.meshclient.internal.time.InlineTime;
import dev.meshclient.policy.JwtProvider;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which tokens are believed, and what attackers try. */
class TokenCheckTest {
    private final InlineTime time = new InlineTime();
    private final TestIssuer issuer = new TestIssuer("a");

    private TokenCheck check(JwtProvider... providers) {
        return TokenCheck.of(List.of(providers), "orders", "shop.example", new KeySets(time, (uri, max, timeout) -> {
            throw new IOException("nothing is fetched here");
        }));
    }

    private TokenCheck.CheckedToken result(String token, JwtProvider... providers) {
        return check(providers.length == 0 ? new JwtProvider[] {issuer.inline(List.of())} : providers)
                .check("Bearer " + token);
    }

    private void refused(String token, String why, JwtProvider... providers) {
        TokenCheck.CheckedToken result = result(token, providers);
        assertThat(result.problem()).isNotNull().contains(why);
        assertThat(result.claims()).isNull();
        assertThat(result.ourFault()).isFalse();
    }

    private JWTClaimsSet claims(UnaryOperator<JWTClaimsSet.Builder> change) {
        return change.apply(TestIssuer.claims(time)).build();
    }

    private Date inSeconds(long seconds) {
        return Date.from(time.wall().instant().plusSeconds(seconds));
    }

    @Test
    void a_token_of_the_issuer_for_this_service_is_good() {
        TokenCheck.CheckedToken result = result(issuer.token(claims(c -> c.claim("scope", "read write"))));

        assertThat(result.problem()).isNull();
        assertThat(Objects.requireNonNull(result.claims()))
                .containsEntry("iss", TestIssuer.ISSUER)
                .containsEntry("sub", "ann")
                .containsEntry("scope", "read write");
    }

    @Test
    void keys_in_the_policy_are_at_hand_for_any_token() {
        TokenCheck check = check(issuer.inline(List.of()));
        assertThat(check.checkNow("Bearer " + issuer.token(claims(c -> c))).problem())
                .isNull();
        assertThat(check.checkNow("Bearer " + new TestIssuer("b").token(claims(c -> c)))
                        .problem())
                .contains("no key for it");
    }

    @Test
    void no_token_is_no_problem() {
        assertThat(check(issuer.inline(List.of())).check(null)).isEqualTo(TokenCheck.CheckedToken.NO_TOKEN);
        assertThat(check(issuer.inline(List.of())).check("Basic YTpi")).isEqualTo(TokenCheck.CheckedToken.NO_TOKEN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "a.b.c", "e30.e30.", "eyJhbGciOiJFUzI1NiJ9.e30.AA", "a.b.c, a.b.c"})
    void what_is_no_token_is_refused(String token) {
        assertThat(result(token).problem()).isNotNull();
    }

    @Test
    void an_unsigned_token_is_refused() {
        refused(new PlainJWT(claims(c -> c)).serialize(), "no signed JWT");
    }

    @Test
    void a_public_key_is_no_shared_secret() throws Exception {
        for (byte[] secret : List.of(
                issuer.key.toECPublicKey().getEncoded(),
                issuer.key.toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8))) {
            JWSHeader header =
                    new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("a").build();
            refused(TestIssuer.signed(header, claims(c -> c), new MACSigner(secret)), "no key for it");
        }
    }

    private static RSAKey rsa() {
        KeyPair pair = TestCertificates.Kind.RSA.generate();
        return new RSAKey.Builder((RSAPublicKey) pair.getPublic())
                .privateKey(pair.getPrivate())
                .keyID("r")
                .build();
    }

    @Test
    void the_key_says_which_algorithm_it_is_for() throws Exception {
        RSAKey rsa = rsa();
        RSAKey only = new RSAKey.Builder(rsa).algorithm(JWSAlgorithm.RS256).build();
        JwtProvider any = new JwtProvider(TestIssuer.ISSUER, List.of(), null, TestIssuer.jwks(rsa), null, null);
        JwtProvider pinned = new JwtProvider(TestIssuer.ISSUER, List.of(), null, TestIssuer.jwks(only), null, null);
        String rs256 = TestIssuer.signed(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("r").build(), claims(c -> c), new RSASSASigner(rsa));
        String ps256 = TestIssuer.signed(
                new JWSHeader.Builder(JWSAlgorithm.PS256).keyID("r").build(), claims(c -> c), new RSASSASigner(rsa));

        assertThat(result(rs256, any).problem()).isNull();
        assertThat(result(ps256, any).problem()).isNull();
        assertThat(result(rs256, pinned).problem()).isNull();
        refused(ps256, "no key for it", pinned);
    }

    @Test
    void weak_and_encryption_keys_verify_nothing() throws Exception {
        RSAKey weak = new RSAKeyGenerator(1024, true).keyID("w").generate();
        ECKey encrypts = new ECKey.Builder(issuer.key).keyUse(KeyUse.ENCRYPTION).build();
        JwtProvider provider =
                new JwtProvider(TestIssuer.ISSUER, List.of(), null, TestIssuer.jwks(weak, encrypts), null, null);

        refused(issuer.token(claims(c -> c)), "no key for it", provider);
        refused(
                TestIssuer.signed(
                        new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("w").build(),
                        claims(c -> c),
                        new RSASSASigner(weak.toPrivateKey(), Set.of(AllowWeakRSAKey.getInstance()))),
                "no key for it",
                provider);
    }

    @Test
    void a_key_of_another_issuer_is_none_of_this_one() {
        TestIssuer other = new TestIssuer("a");
        JwtProvider others = new JwtProvider("https://other", List.of(), null, TestIssuer.jwks(other.key), null, null);

        refused(other.token(claims(c -> c)), "the signature is wrong", issuer.inline(List.of()), others);
        assertThat(result(other.token(claims(c -> c.issuer("https://other"))), issuer.inline(List.of()), others)
                        .problem())
                .isNull();
    }

    @Test
    void a_key_that_comes_with_the_token_is_not_used() throws Exception {
        TestIssuer attacker = new TestIssuer("evil");
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .jwk(attacker.key.toPublicJWK())
                .build();

        refused(TestIssuer.signed(header, claims(c -> c), new ECDSASigner(attacker.key)), "no key for it");
    }

    @Test
    void a_changed_claim_breaks_the_signature() {
        String[] good = issuer.token(claims(c -> c)).split("\\.", -1);
        String[] other = issuer.token(claims(c -> c.subject("root"))).split("\\.", -1);

        refused(good[0] + "." + other[1] + "." + good[2], "the signature is wrong");
    }

    @Test
    void issuer_and_audience_must_be_ours() {
        refused(issuer.token(claims(c -> c.issuer("https://else"))), "its issuer is not one of the policy's");
        refused(issuer.token(claims(c -> c.issuer(null))), "it has no issuer");
        refused(issuer.token(claims(c -> c.audience("carts"))), "another audience");
        refused(issuer.token(claims(c -> c.audience((String) null))), "another audience");
        refused(issuer.token(claims(c -> c)), "another audience", issuer.inline(List.of("shop")));
        assertThat(result(issuer.token(claims(c -> c.audience(List.of("x", "shop")))), issuer.inline(List.of("shop")))
                        .problem())
                .isNull();
    }

    @Test
    void times_hold_give_or_take_the_skew() {
        assertThat(result(issuer.token(claims(c -> c.expirationTime(inSeconds(-59)))))
                        .problem())
                .isNull();
        refused(issuer.token(claims(c -> c.expirationTime(inSeconds(-60)))), "it expired at");
        assertThat(result(issuer.token(claims(c -> c.notBeforeTime(inSeconds(60)))))
                        .problem())
                .isNull();
        refused(issuer.token(claims(c -> c.notBeforeTime(inSeconds(61)))), "it is not valid before");
        assertThat(result(issuer.token(claims(c -> c.expirationTime(null)))).problem())
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"logout+jwt", "dpop+jwt", "id_token"})
    void a_token_for_another_use_is_refused(String type) {
        refused(issuer.token(type, claims(c -> c)), "it is of type " + type);
    }

    @Test
    void a_spiffe_subject_is_of_the_trust_domain_and_its_token_ends() {
        String web = "spiffe://shop.example/ns/prod/sa/web";

        assertThat(result(issuer.token(claims(c -> c.subject(web)))).problem()).isNull();
        assertThat(result(issuer.token("JOSE", claims(c -> c.subject(web)))).problem())
                .isNull();
        refused(issuer.token(claims(c -> c.subject(web).expirationTime(null))), "must state when it expires");
        refused(issuer.token("at+jwt", claims(c -> c.subject(web))), "must be of type");
        for (String subject :
                List.of("spiffe://other.example/ns/a", "spiffe://shop.example", "spiffe://shop.example/")) {
            refused(issuer.token(claims(c -> c.subject(subject))), "no SPIFFE ID of the trust domain shop.example");
        }
    }

    /** SPIFFE-ID 2: what is no SPIFFE ID is none in a token either, and no scheme in another case avoids the rules. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "spiffe://shop.example/../w",
                "spiffe://shop.example//w",
                "spiffe://shop.example/w/",
                "spiffe://shop.example/%2e",
                "spiffe://shop.example/w?x#y",
                "spiffe://shop.example/w x",
                "spiffe://shop.example:443/w",
                "spiffe://user@shop.example/w",
                "SPIFFE://other.example/w",
                "SPIFFE://shop.example/w",
                "Spiffe:shop.example/w",
                "spiffe:/shop.example/w"
            })
    void a_subject_that_is_no_SPIFFE_ID_and_looks_like_one_is_refused(String subject) {
        refused(issuer.token(claims(c -> c.subject(subject))), "no SPIFFE ID of the trust domain shop.example");
    }

    /** RFC 7515 2: base64url without padding, other characters or (RFC 4648 3.5) bits that are no part of a byte. */
    @Test
    void a_token_has_one_form() throws Exception {
        RSAKey rsa = rsa();
        JwtProvider provider = new JwtProvider(TestIssuer.ISSUER, List.of(), null, TestIssuer.jwks(rsa), null, null);
        String token = TestIssuer.signed(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("r").build(), claims(c -> c), new RSASSASigner(rsa));
        int signature = token.lastIndexOf('.') + 1;
        assertThat(result(token, provider).problem()).isNull();
        assertThat(result(" " + token, provider).problem()).as("RFC 9110 11.4").isNull();

        List<String> others = new ArrayList<>();
        for (String noise :
                List.of("=", "==", "!", "*", "\u00e9", "\u0000", " ", "\t", "\u2003", "\n", "+", "/", "%3D")) {
            others.add(token + noise);
            others.add(token.substring(0, signature + 7) + noise + token.substring(signature + 7));
            others.add(token.substring(0, signature) + noise + token.substring(signature));
        }
        others.add("\t" + token);
        others.add("\u2003" + token);
        others.add(token.substring(0, signature)
                + token.substring(signature).replace('-', '+').replace('_', '/'));
        char last = token.charAt(token.length() - 1); // 256 bytes are 342 characters: four bits of the last are no part
        for (int i = 1; i < 16; i++) {
            others.add(token.substring(0, token.length() - 1) + (char) (last + i));
        }
        for (String other : others) {
            if (!other.equals(token)) {
                assertThat(result(other, provider).problem()).as(other).isNotNull();
            }
        }
    }

    @Test
    void a_huge_token_is_not_parsed() {
        refused("a".repeat(20_000), "more than 16384 characters");
    }
}
