package dev.meshclient.identity;

import java.security.cert.CertificateException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Decider: whether each block of a text in PEM (RFC 7468) can be read. A parser skips what it takes for no block, and a bundle
 * without its first authority looks good: so a line that only resembles a boundary, or a block of another type, is refused.
 */
final class PemText {
    private static final Pattern LINE = Pattern.compile("\r\n|\r|\n");
    private static final Pattern AROUND = Pattern.compile("^[\\s\\p{Z}\\p{Cf}]+|[\\s\\p{Z}\\p{Cf}]+$"); // also a BOM
    private static final Pattern BOUNDARY = Pattern.compile("-----(?:BEGIN|END) ([A-Z0-9. ]+)-----");
    private static final Pattern RESEMBLANCE =
            Pattern.compile("[-\\p{Pd}]{2}\\s*(BEGIN|END)\\b", Pattern.CASE_INSENSITIVE);
    private static final Pattern CERTIFICATE = Pattern.compile("(X509 )?CERTIFICATE");
    /** They stand in files with certificates, and trust does not depend on them. */
    private static final Pattern OTHERS = Pattern.compile("([A-Z0-9]+ )*(PRIVATE KEY|PUBLIC KEY|PARAMETERS|CRL)");

    private PemText() {}

    static boolean isCertificate(String type) {
        return CERTIFICATE.matcher(type).matches();
    }

    /** The text without blanks and byte order marks around its lines. Messages show nothing of it: it may be a key. */
    static String of(String text, String what) throws CertificateException {
        StringBuilder lines = new StringBuilder();
        int number = 0;
        for (String line : LINE.split(text, -1)) {
            number++;
            String plain = AROUND.matcher(line).replaceAll("");
            Matcher boundary = BOUNDARY.matcher(plain);
            if (boundary.matches()) {
                String type = boundary.group(1);
                if (!isCertificate(type) && !OTHERS.matcher(type).matches()) {
                    throw new CertificateException(what + ", line " + number + ", has a block of type '" + type
                            + "', which is not supported; legal are CERTIFICATE and private keys");
                }
            } else if (RESEMBLANCE.matcher(plain).find()) {
                throw new CertificateException(
                        what + ", line " + number
                                + ", has a boundary that cannot be read; legal is -----BEGIN CERTIFICATE-----, alone on its line");
            }
            lines.append(plain).append('\n');
        }
        return lines.toString();
    }
}
