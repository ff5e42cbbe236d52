package dev.meshclient.identity;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.concurrent.atomic.AtomicInteger;

/** Two RSA pairs of 2048 bits, no secrets: to make one takes a test a second. */
final class RsaPairs {
    private static final BigInteger EXPONENT = BigInteger.valueOf(65_537);
    private static final KeyPair[] PAIRS = {
        pair(
                "zkwfta6qt2lafgpn8addkc0qm6wgo7107tpezrowqdhr2cwkvugozjjtfe32kbutnoootipzbxuemu3fusu0d15ad2lhlhkhi2w"
                        + "zhx9v3wxp9zlh2qt7xkpgap4q2l7yhapy9lb3nyoeqmktw5dofxfr4c25r7tvoyi2rufdudr1ozodg4xqqtdajkrbb22r3nudat",
                "10gb6demz8995xg43l8vy1fwcvo07ffhyspqc6hmjjggidd9yrez4ly6dq1pmju6g7s2hrm47g61ah80msrxo16m99ymlij5ais4"
                        + "876d7xtsgxggomqidio9jl9hct8rdoquwb8axf653hyfitnlbeoy0eypxxs9xyldjydga1njfm97ehxghy2q6543v4xxdlt48i5"),
        pair(
                "wsxiz7fhv88hz9gqy6zg031j0hbjukktheohf83po7ezy4wtgpjh5qn2pr9jl8g58336eg5st0j747ts7nryd8ufexwg1tajsdd"
                        + "8myedigb0oe1i2ttrj0a08qt9lqralq9mpcdhj2lo0quy7eoz84rkh5ly1vlzfogd8kf4l06utwdnr8dzvk6vkidoo57j2raatd",
                "13tzo6of1qr5i8eegcwbid8qjeqpevyjeoc7aqgvo2yd3za5e056kq6vx0d9avc6l7bjrzk8ddvon0pz2ltcc2s4g3ioeybegzys"
                        + "os6p7up9w7rgim95elx44pk35cen489xqqvqe9hak4cwy0q8buy553sc69qu97naxmrjj698og6d55117oswmfiezd3pzck3tsv")
    };
    private static final AtomicInteger TURN = new AtomicInteger();

    private RsaPairs() {}

    /** Another one than the last. */
    static KeyPair next() {
        return PAIRS[TURN.getAndIncrement() % PAIRS.length];
    }

    /** Primes in base 36. */
    private static KeyPair pair(String first, String second) {
        BigInteger p = new BigInteger(first, 36);
        BigInteger q = new BigInteger(second, 36);
        BigInteger modulus = p.multiply(q);
        BigInteger pMinus1 = p.subtract(BigInteger.ONE);
        BigInteger qMinus1 = q.subtract(BigInteger.ONE);
        BigInteger d = EXPONENT.modInverse(pMinus1.multiply(qMinus1));
        try {
            KeyFactory rsa = KeyFactory.getInstance("RSA");
            return new KeyPair(
                    rsa.generatePublic(new RSAPublicKeySpec(modulus, EXPONENT)),
                    rsa.generatePrivate(new RSAPrivateCrtKeySpec(
                            modulus, EXPONENT, d, p, q, d.mod(pMinus1), d.mod(qMinus1), q.modInverse(p))));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
