/** The application of docs/spring.md. */
package dev.meshclient.spring.example;
