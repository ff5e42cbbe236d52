package dev.meshclient;

import dev.meshclient.test.TestMesh;
import okhttp3.Request;
import org.junit.jupiter.api.Test;

class MeshExplainTest {
    @Test
    void prints() throws Exception {
        String document = Documents.mesh("shop")
                .version(9)
                .with("'defaults': {'retry': {'attempts': 1}, 'outlierDetection': {'consecutive5xxErrors': 3}}")
                .services(
                        "'orders': {'hosts': ['orders'], 'timeouts': {'request': '3s'}, 'endpoints': ["
                                + "{'address': '10.0.1.11', 'port': 80, 'locality': 'eu-west-1/eu-west-1a', 'labels': {'version': 'v1'}},"
                                + "{'address': '10.0.1.12', 'port': 80, 'locality': 'eu-west-1/eu-west-1b', 'labels': {'version': 'v1'}},"
                                + "{'address': '10.0.1.13', 'port': 80, 'locality': 'eu-west-1/eu-west-1a', 'labels': {'version': 'v2'}}],"
                                + "'subsets': [{'name': 'v1', 'labels': {'version': 'v1'}}, {'name': 'v2', 'labels': {'version': 'v2'}, 'limits': {'maxRequests': 7}}],"
                                + "'rules': [{'name': 'testers', 'matches': [{'headers': [{'name': 'end-user', 'value': 'jason'}]}], 'backendRefs': [{'name': 'orders', 'subset': 'v2'}]},"
                                + "{'name': 'canary', 'timeouts': {'backendRequest': '1s'}, 'backendRefs': [{'name': 'orders', 'subset': 'v1', 'weight': 90}, {'name': 'orders', 'subset': 'v2', 'weight': 10}]}]}")
                .json();
        try (TestMesh mesh = TestMesh.of(document, b -> b.workload(Workload.of("checkout").zone("eu-west-1/eu-west-1a")))) {
            System.out.println(mesh.mesh().explain(new Request.Builder().url("http://orders/v1/7?a=b").build()));
            System.out.println(mesh.mesh().explain(new Request.Builder().url("http://other/v1/7?a=b").build()));
            System.out.println(mesh.mesh().status().service("orders").effective());
            System.out.println(mesh.mesh().explain(new Request.Builder().url("http://orders/v1/7?a=b").build()).toJson().substring(0, 2000));
        }
    }
}
