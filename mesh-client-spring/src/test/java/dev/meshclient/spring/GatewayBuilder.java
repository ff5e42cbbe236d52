package dev.meshclient.spring;

import dev.meshclient.Mesh;
import java.io.IOException;
import okhttp3.OkHttpClient;

/** A builder of clients that the mesh does not know, and how a technology contributes it to {@link MeshClient}. */
final class GatewayBuilder {
    private OkHttpClient client = new OkHttpClient();
    private String service = "";

    record Gateway(OkHttpClient client) {}

    Gateway build() {
        return new Gateway(client);
    }

    String get(String path) throws IOException {
        return LocalService.get(client, "http://" + service + path);
    }

    static final class Type implements MeshClientType<GatewayBuilder> {
        @Override
        public Class<GatewayBuilder> type() {
            return GatewayBuilder.class;
        }

        @Override
        public Class<?> built() {
            return Gateway.class;
        }

        @Override
        public GatewayBuilder wrap(GatewayBuilder bean, String name, String service, Mesh mesh) {
            bean.client = mesh.wrap(bean.client);
            return plain(bean, service);
        }

        @Override
        public GatewayBuilder plain(GatewayBuilder bean, String service) {
            bean.service = service;
            return bean;
        }

        @Override
        public String example(String annotation) {
            return "@Bean " + annotation + " GatewayBuilder gateway() {}";
        }
    }
}
