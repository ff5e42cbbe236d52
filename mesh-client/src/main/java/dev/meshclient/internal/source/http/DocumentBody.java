package dev.meshclient.internal.source.http;

import dev.meshclient.internal.source.Sha256;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import okhttp3.Response;
import okio.BufferedSource;
import okio.ByteString;
import okio.GzipSource;
import okio.HashingSource;
import okio.Okio;
import org.jspecify.annotations.Nullable;

/** The document in an answer: unzipped, not longer than the limit, and verified against its digest (RFC 9530). */
final class DocumentBody {
    private static final String SHA_256 = "sha-256=";

    private DocumentBody() {}

    /** @param etag the ETag of the document; null = none */
    static byte[] read(Response response, long maxBytes, @Nullable String etag) throws IOException {
        boolean zipped = isZipped(response);
        HashingSource travelled = HashingSource.sha256(response.body().source());
        BufferedSource document = Okio.buffer(zipped ? new GzipSource(travelled) : travelled);
        boolean stated = !zipped && response.body().contentLength() > maxBytes;
        if (stated || document.request(maxBytes + 1)) {
            throw FetchFailed.refused(
                    "the document is longer than " + maxBytes + " bytes and was not read to its end;"
                            + " make it shorter or raise maxBytes",
                    etag);
        }
        byte[] json = document.getBuffer().readByteArray();
        check(response.headers("Repr-Digest"), travelled.hash(), json);
        return json;
    }

    private static boolean isZipped(Response response) throws IOException {
        String coding = response.header("Content-Encoding", "identity").strip().toLowerCase(Locale.ROOT);
        return switch (coding) {
            case "gzip", "x-gzip" -> true;
            case "identity", "" -> false;
            default ->
                throw FetchFailed.answered(
                        "the document came with Content-Encoding " + coding + ", asked for was gzip or none", null);
        };
    }

    /**
     * The digest is that of the transferred bytes, zipped if they are. The digest of the unzipped document is accepted as well:
     * a file server knows no other if a proxy zips its answers.
     */
    private static void check(List<String> reprDigest, ByteString travelled, byte[] json) throws IOException {
        String stated = stated(reprDigest);
        if (stated == null
                || stated.equals(written(travelled))
                || stated.equals(written(ByteString.of(Sha256.of(json))))) {
            return;
        }
        throw FetchFailed.answered(
                "the document is not read: its Repr-Digest is " + SHA_256 + shortened(stated) + " and what came is "
                        + SHA_256 + written(travelled)
                        + "; it was changed on its way, or the server states the digest of another document",
                null);
    }

    /** The SHA-256 digest among several; null: none is stated. */
    private static @Nullable String stated(List<String> reprDigest) {
        return reprDigest.stream()
                .flatMap(line -> Arrays.stream(line.split(",", -1)))
                .map(String::strip)
                .filter(member -> member.startsWith(SHA_256))
                .map(member ->
                        member.substring(SHA_256.length()).split(";", 2)[0].strip())
                .reduce((earlier, later) -> later)
                .orElse(null);
    }

    private static String written(ByteString digest) {
        return ":" + digest.base64() + ":";
    }

    private static String shortened(String stated) {
        return stated.length() <= 60 ? stated : stated.substring(0, 60) + "...";
    }
}
