package dev.meshclient.spring.web;

import java.io.InputStream;
import okhttp3.Response;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.ClientHttpResponse;

/** A response of OkHttp. */
final class OkHttpClientHttpResponse implements ClientHttpResponse {
    private final Response response;
    private final HttpHeaders headers = new HttpHeaders();

    OkHttpClientHttpResponse(Response response) {
        this.response = response;
        for (int i = 0; i < response.headers().size(); i++) {
            headers.add(response.headers().name(i), response.headers().value(i));
        }
    }

    @Override
    public HttpStatusCode getStatusCode() {
        return HttpStatusCode.valueOf(response.code());
    }

    @Override
    public String getStatusText() {
        return response.message();
    }

    @Override
    public HttpHeaders getHeaders() {
        return headers;
    }

    @Override
    public InputStream getBody() {
        return response.body().byteStream();
    }

    /** Ends the call if its body was not read to the end. */
    @Override
    public void close() {
        response.close();
    }
}
