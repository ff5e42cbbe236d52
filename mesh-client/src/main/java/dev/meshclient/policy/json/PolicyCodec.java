package dev.meshclient.policy.json;

import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.PolicyCheck;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.PolicyProblem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes policy documents. A document is checked completely, and all its problems are reported together. A problem
 * within one service refuses that service, any other problem the whole document. For any bytes, the only exception is
 * {@link PolicyException}.
 */
public final class PolicyCodec {
    /** The size above which {@link #read(byte[])} refuses a document: 16 MiB. */
    public static final long DEFAULT_MAX_BYTES = 16L << 20;

    private PolicyCodec() {}

    /**
     * The JSON Schema (2020-12) of a document, for editors and for other languages. It accepts what {@link #readStrict}
     * accepts, except for rules that a schema cannot express: references between the parts of a document, and its size.
     */
    public static String schema() {
        try (InputStream schema = PolicyCodec.class.getResourceAsStream("mesh-policy.schema.json")) {
            return new String(Objects.requireNonNull(schema).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("mesh-policy.schema.json cannot be read from the jar of mesh-client", e);
        }
    }

    /**
     * Reads a document of at most {@link #DEFAULT_MAX_BYTES}, as a mesh does. Services with problems are left out of its policy
     * and listed, and so are fields that this version does not know.
     *
     * @throws PolicyException if there is a problem outside a single service
     */
    public static PolicyDocument read(byte[] json) throws PolicyException {
        return read(json, DEFAULT_MAX_BYTES);
    }

    /** As {@link #read(byte[])}. */
    public static PolicyDocument read(String json) throws PolicyException {
        Objects.requireNonNull(json, "json must not be null: pass the text of a document");
        return read(json.getBytes(StandardCharsets.UTF_8));
    }

    /** As {@link #read(byte[])}, with another limit: 100,000 endpoints need about 20 MB. */
    public static PolicyDocument read(byte[] json, long maxBytes) throws PolicyException {
        Objects.requireNonNull(json, "json must not be null: pass the bytes of a document");
        return read(json, maxBytes, false, null);
    }

    /**
     * Reads a document as its author should: any problem in any part refuses it, including a field that this version does not
     * know. For lint, CI and tests.
     */
    public static PolicyDocument readStrict(byte[] json) throws PolicyException {
        Objects.requireNonNull(json, "json must not be null: pass the bytes of a document");
        return read(json, DEFAULT_MAX_BYTES, true, null);
    }

    /** All problems for which {@link #readStrict} refuses a document; empty: none. For lint, CI and editors. */
    public static List<PolicyProblem> lint(byte[] json) {
        try {
            readStrict(json);
            return List.of();
        } catch (PolicyException e) {
            return e.problems();
        }
    }

    /**
     * What is legal and has no effect, or surely not the intended one, such as a subset that no endpoint belongs to; the
     * {@code expected} of each says why. Services with problems are left out. For lint, CI and editors.
     *
     * @param federated trust domains other than the document's, whose members may call
     */
    public static List<PolicyProblem> warnings(byte[] json, Set<String> federated) {
        Objects.requireNonNull(json, "json must not be null: pass the bytes of a document");
        Objects.requireNonNull(federated, "federated must not be null: pass trust domains, or Set.of()");
        PolicyCheck check = new PolicyCheck();
        try {
            check.findUseless(read(json).policy(), federated);
        } catch (PolicyException e) {
            return List.of();
        }
        check.locate(places -> TextPlaces.find(json, places));
        return check.problems();
    }

    /**
     * The document of a policy; {@link #read(byte[])} reads it back equal, with the service accounts that the check of a document
     * completes.
     *
     * @throws IllegalArgumentException if the policy was made in code and no document can express it
     */
    public static byte[] write(MeshPolicy policy) {
        Objects.requireNonNull(policy, "policy must not be null: pass MeshPolicy.builder()...build()");
        try {
            MeshPolicy checked = PolicyDocument.of(policy).policy();
            byte[] json = PolicyWriter.write(policy);
            checkEqual(checked, json);
            return json;
        } catch (PolicyException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("no document can express this policy: " + e.getMessage(), e);
        }
    }

    /** A policy made in code was never checked: one that would be refused, or read back different, is not written. */
    private static void checkEqual(MeshPolicy checked, byte[] json) throws PolicyException {
        if (!read(json, Long.MAX_VALUE, true, null).policy().equals(checked)) {
            throw new IllegalArgumentException("no document can express this policy: it would read back different");
        }
    }

    /** @param known the services of the last document; null: all are read */
    static PolicyDocument read(byte[] json, long maxBytes, boolean strict, @Nullable KnownServices known)
            throws PolicyException {
        PolicyCheck check = new PolicyCheck();
        if (json.length > maxBytes) {
            check.found(List.of(), json.length + " bytes", "at most " + maxBytes + " bytes", 0);
            throw new PolicyException(check.problems());
        }
        DocumentReader reader = new DocumentReader(known);
        JsonText text = new JsonText(json, check);
        List<String> unknownFields = text.read(strict, in -> check.check(reader.read(in)));
        check.locate(text::at);
        if (reader.isOther()) {
            throw new PolicyException(check.problems().stream()
                    .filter(p -> DocumentReader.HEAD.contains(p.path()))
                    .toList());
        }
        if (strict && !check.problems().isEmpty()) {
            throw new PolicyException(check.problems());
        }
        return check.document(unknownFields);
    }
}
