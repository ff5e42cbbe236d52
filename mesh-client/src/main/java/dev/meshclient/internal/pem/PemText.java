package dev.meshclient.internal.pem;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A text in PEM (RFC 7468), each block of which can be read. A parser skips what it takes for no block, and a bundle without its
 * first authority looks good: so a line that only resembles a boundary, a boundary without its pair, and a block of another type
 * are refused. Other text may stand between blocks. Messages show nothing of the text: it may be a key.
 */
public final class PemText {
    private static final Pattern LINE = Pattern.compile("\r\n|\r|\n");
    private static final Pattern BOUNDARY = Pattern.compile("-----(BEGIN|END) ([A-Z0-9. ]+)-----");
    private static final Pattern RESEMBLANCE =
            Pattern.compile("[-\\p{Pd}]{2}\\s*(BEGIN|END)", Pattern.CASE_INSENSITIVE);
    private static final Pattern KIND = Pattern.compile("CERT|KEY|PARAM|CRL|PKCS|CMS", Pattern.CASE_INSENSITIVE);
    private static final Pattern CERTIFICATE = Pattern.compile("(X509 )?CERTIFICATE");
    /** They stand in files with certificates, and trust does not depend on them. */
    private static final Pattern OTHERS = Pattern.compile("([A-Z0-9]+ ){0,4}(PRIVATE KEY|PUBLIC KEY|PARAMETERS|CRL)");

    private final String what;
    private final StringBuilder lines = new StringBuilder();
    private final List<X509Certificate> certificates = new ArrayList<>();
    private final StringBuilder body = new StringBuilder();
    private @Nullable String open;
    private int openedAt;
    private int number;

    private PemText(String what) {
        this.what = what;
    }

    /**
     * All certificates of a text, in order; at least one.
     *
     * @param what the name of the text, for messages
     */
    public static List<X509Certificate> certificates(String text, String what) throws CertificateException {
        List<X509Certificate> certificates = read(text, what).certificates;
        if (certificates.isEmpty()) {
            throw new CertificateException(what + " holds no certificate in PEM (-----BEGIN CERTIFICATE-----)");
        }
        return certificates;
    }

    /** The text without blanks and byte order marks around its lines. */
    public static String plain(String text, String what) throws CertificateException {
        return read(text, what).lines.toString();
    }

    /** One certificate and nothing after it. */
    public static X509Certificate certificate(byte[] der) throws CertificateException {
        ByteArrayInputStream in = new ByteArrayInputStream(der);
        X509Certificate certificate =
                (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        if (in.available() > 0) {
            throw new CertificateException(in.available() + " bytes follow it");
        }
        return certificate;
    }

    private static PemText read(String text, String what) throws CertificateException {
        PemText read = new PemText(what);
        for (String line : LINE.split(text, -1)) {
            read.number++;
            read.line(stripped(line));
        }
        if (read.open != null) {
            throw new CertificateException(what + " breaks off or is damaged at " + read.block()
                    + ": the block that begins in line " + read.openedAt + " has no end");
        }
        return read;
    }

    private void line(String line) throws CertificateException {
        lines.append(line).append('\n');
        Matcher boundary = BOUNDARY.matcher(line);
        if (!boundary.matches()) {
            if (RESEMBLANCE.matcher(line).find() && KIND.matcher(line).find()) {
                throw wrong(
                        "has a boundary that cannot be read; legal is -----BEGIN CERTIFICATE-----, alone on its line");
            }
            if (open != null) {
                line.chars().filter(c -> !isBlank(c)).forEach(c -> body.append((char) c));
            }
        } else if (boundary.group(1).equals("BEGIN")) {
            begin(boundary.group(2));
        } else if (open != null && open.equals(boundary.group(2))) {
            end(open);
        } else {
            throw wrong("has the end of a block that does not begin, or begins as another type");
        }
    }

    private void begin(String type) throws CertificateException {
        if (open != null) {
            throw wrong("begins a block within that of line " + openedAt);
        }
        if (!CERTIFICATE.matcher(type).matches() && !OTHERS.matcher(type).matches()) {
            throw wrong("has a block of type '" + type.substring(0, Math.min(64, type.length()))
                    + "', which is not supported; legal are CERTIFICATE and private keys");
        }
        open = type;
        openedAt = number;
        body.setLength(0);
    }

    private void end(String type) throws CertificateException {
        open = null;
        if (CERTIFICATE.matcher(type).matches()) {
            try {
                certificates.add(certificate(Base64.getDecoder().decode(body.toString())));
            } catch (CertificateException | IllegalArgumentException e) {
                throw new CertificateException(
                        "certificate " + (certificates.size() + 1) + " of " + what + " is damaged (line " + openedAt
                                + "): " + e.getMessage(),
                        e);
            }
        }
    }

    private String block() {
        return open != null && CERTIFICATE.matcher(open).matches()
                ? "certificate " + (certificates.size() + 1)
                : "a key";
    }

    private CertificateException wrong(String fault) {
        return new CertificateException(what + ", line " + number + ", " + fault);
    }

    /** Without blanks, controls and marks at both ends, in one pass. */
    private static String stripped(String line) {
        int begin = 0;
        int end = line.length();
        while (begin < end && isBlank(line.charAt(begin))) {
            begin++;
        }
        while (end > begin && isBlank(line.charAt(end - 1))) {
            end--;
        }
        return line.substring(begin, end);
    }

    /** Also a byte order mark. */
    private static boolean isBlank(int c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || Character.getType(c) == Character.FORMAT;
    }
}
