// floor THREADS SOURCE_ADDRESS SOURCE_PORT TARGET_ADDRESS TARGET_PORT LIST
// Moves blobs from one registry to another over plain HTTP, spliced from socket to socket and not hashed: what no
// client can beat by much. LIST has a line "REPOSITORY DIGEST SIZE" for each blob.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct { char repository[256]; char digest[96]; long size; } Blob;

static Blob *blobs;
static int count, next_blob;
static char **arguments;

static void fail(const char *what) { perror(what); exit(1); }

static int dial(const char *address, int port) {
  int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
  inet_pton(AF_INET, address, &to.sin_addr);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(fd, (struct sockaddr *)&to, sizeof to)) fail("connect");
  return fd;
}

static void send_all(int fd, const char *text) {
  for (size_t length = strlen(text); length > 0;) {
    ssize_t sent = send(fd, text, length, MSG_NOSIGNAL);
    if (sent < 0) fail("send");
    text += sent;
    length -= sent;
  }
}

// Reads a head and nothing after it: the body stays in the socket. Gives the status.
static int read_head(int fd, char *head, int room) {
  for (;;) {
    ssize_t seen = recv(fd, head, room - 1, MSG_PEEK);
    if (seen <= 0) fail("head");
    head[seen] = 0;
    char *end = strstr(head, "\r\n\r\n");
    if (end) {
      int length = end + 4 - head;
      if (recv(fd, head, length, MSG_WAITALL) != length) fail("head");
      head[length] = 0;
      return atoi(head + 9);
    }
    if (seen >= room - 1) { fprintf(stderr, "head too long\n"); exit(1); }
    recv(fd, head, 1, MSG_PEEK | MSG_WAITALL);
    usleep(100);
  }
}

static void expect(int fd, int wanted, char *head, int room) {
  int status = read_head(fd, head, room);
  if (status != wanted) { fprintf(stderr, "status %d, not %d\n", status, wanted); exit(1); }
}

static void splice_all(int from, int to, int ends[2], long left) {
  while (left > 0) {
    ssize_t taken = splice(from, 0, ends[1], 0, left < 1 << 20 ? left : 1 << 20, SPLICE_F_MOVE | SPLICE_F_MORE);
    if (taken <= 0) fail("splice");
    left -= taken;
    while (taken > 0) {
      ssize_t given = splice(ends[0], 0, to, 0, taken, SPLICE_F_MOVE | (left > 0 ? SPLICE_F_MORE : 0));
      if (given <= 0) fail("splice");
      taken -= given;
    }
  }
}

static void *work(void *unused) {
  (void)unused;
  int source = dial(arguments[2], atoi(arguments[3])), target = dial(arguments[4], atoi(arguments[5]));
  int ends[2];
  if (pipe(ends)) fail("pipe");
  fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
  static __thread char head[16384], request[16384];
  for (int i; (i = __sync_fetch_and_add(&next_blob, 1)) < count;) {
    Blob *blob = &blobs[i];
    snprintf(request, sizeof request, "GET /v2/%s/blobs/%s HTTP/1.1\r\nHost: %s:%s\r\n\r\n", blob->repository,
             blob->digest, arguments[2], arguments[3]);
    send_all(source, request);
    snprintf(request, sizeof request, "POST /v2/%s/blobs/uploads/ HTTP/1.1\r\nHost: %s:%s\r\nContent-Length: 0\r\n\r\n",
             blob->repository, arguments[4], arguments[5]);
    send_all(target, request);
    expect(target, 202, head, sizeof head);
    char *location = strcasestr(head, "\r\nlocation: ");
    if (!location) { fprintf(stderr, "no location\n"); exit(1); }
    location = strstr(location + 12, "/v2/");
    location[strcspn(location, "\r")] = 0;
    snprintf(request, sizeof request, "PUT %s&digest=%s HTTP/1.1\r\nHost: %s:%s\r\nContent-Length: %ld\r\n\r\n", location,
             blob->digest, arguments[4], arguments[5], blob->size);
    expect(source, 200, head, sizeof head);
    send_all(target, request);
    splice_all(source, target, ends, blob->size);
    expect(target, 201, head, sizeof head);
  }
  return 0;
}

int main(int given, char **values) {
  if (given != 7) return 2;
  arguments = values;
  FILE *list = fopen(values[6], "r");
  if (!list) fail(values[6]);
  blobs = calloc(100000, sizeof *blobs);
  while (count < 100000 && fscanf(list, "%255s %95s %ld", blobs[count].repository, blobs[count].digest, &blobs[count].size) == 3)
    count++;
  int threads = atoi(values[1]);
  pthread_t *each = calloc(threads, sizeof *each);
  for (int i = 0; i < threads; i++) pthread_create(&each[i], 0, work, 0);
  for (int i = 0; i < threads; i++) pthread_join(each[i], 0);
  return 0;
}
