/** OkHttp, with the mesh or without it, below Spring's reactive HTTP client. */
@NullMarked
package dev.meshclient.spring.webclient;

import org.jspecify.annotations.NullMarked;
