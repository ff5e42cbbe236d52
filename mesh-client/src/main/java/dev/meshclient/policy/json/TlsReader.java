package dev.meshclient.policy.json;

import dev.meshclient.policy.Tls;
import java.io.IOException;

/** Reads {@code tls}. */
final class TlsReader {
    private static final Words<Tls.Mode> TLS_MODE = Words.of(Tls.Mode.values())
            .alias("ISTIO_MUTUAL", Tls.Mode.MESH_MUTUAL)
            .refusing("STRICT", "is Istio's mode of a server: its clients state MESH_MUTUAL here")
            .refusing("PERMISSIVE", "is Istio's mode of a server: its clients state MESH_MUTUAL or DISABLE here");

    /** A field that the mode does not use is refused: its author expects it to be verified. */
    private static final ObjectReader<Tls.Builder> TLS = ObjectReader.<Tls.Builder>refusingOthers()
            .required("mode", TLS_MODE.expected(null), (in, t) -> t.mode(in.word(TLS_MODE)))
            .field("sni", (in, t) -> t.sni(in.text()))
            .field("subjectAltNames", (in, t) -> t.subjectAltNames(in.list(1, JsonCursor::text)))
            .field("caCertificates", (in, t) -> t.caCertificates(in.text()))
            .field("credentialName", (in, t) -> t.credentialName(in.text()));

    private TlsReader() {}

    static Tls read(JsonCursor in) throws IOException {
        return TLS.read(in, Tls.builder()).build();
    }
}
