// floor THREADS SOURCE_ADDRESS SOURCE_PORT TARGET_ADDRESS TARGET_PORT BLOBS [MANIFESTS]
// Moves blobs from one registry to another over plain HTTP, spliced from socket to socket and not hashed: what no
// client can beat by much. BLOBS has a line "REPOSITORY DIGEST SIZE" for each blob. With MANIFESTS, which has a line
// "REPOSITORY TAG TYPE" for each image, it leaves whole images: each tag is looked for at the target, and the manifest
// read and pushed, once all blobs are there.
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

#define MOST 100000

typedef struct { char repository[256]; char digest[96]; long size; } Blob;
typedef struct { char repository[256]; char tag[96]; char type[96]; } Named;

static Blob *blobs;
static Named *manifests;
static int count, next_blob, manifest_count, next_manifest;
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

static __thread int source, target;
static __thread char head[16384], request[16384];

// Sends a request without a body.
static void ask(int fd, const char *method, const char *path, const char *fields) {
  char **host = fd == source ? arguments + 2 : arguments + 4;
  snprintf(request, sizeof request, "%s %s HTTP/1.1\r\nHost: %s:%s\r\n%s\r\n", method, path, host[0], host[1], fields);
  send_all(fd, request);
}

static void move_blob(const Blob *blob, int ends[2]) {
  char path[512];
  snprintf(path, sizeof path, "/v2/%s/blobs/%s", blob->repository, blob->digest);
  ask(source, "GET", path, "");
  snprintf(path, sizeof path, "/v2/%s/blobs/uploads/", blob->repository);
  ask(target, "POST", path, "Content-Length: 0\r\n");
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

static void move_manifest(const Named *image) {
  static __thread char bytes[1 << 16];
  char path[512], fields[256];
  snprintf(path, sizeof path, "/v2/%s/manifests/%s", image->repository, image->tag);
  snprintf(fields, sizeof fields, "Accept: %s\r\n", image->type);
  ask(target, "HEAD", path, fields);
  ask(source, "GET", path, fields);
  expect(target, 404, head, sizeof head);
  expect(source, 200, head, sizeof head);
  char *length = strcasestr(head, "\r\ncontent-length: ");
  long size = length ? atol(length + 18) : 0;
  if (size <= 0 || size >= (long)sizeof bytes) { fprintf(stderr, "%s of %ld bytes\n", path, size); exit(1); }
  if (recv(source, bytes, size, MSG_WAITALL) != size) fail("manifest");
  bytes[size] = 0;
  snprintf(fields, sizeof fields, "Content-Type: %s\r\nContent-Length: %ld\r\n", image->type, size);
  ask(target, "PUT", path, fields);
  send_all(target, bytes);
  expect(target, 201, head, sizeof head);
}

static void *work(void *phase) {
  source = dial(arguments[2], atoi(arguments[3]));
  target = dial(arguments[4], atoi(arguments[5]));
  if (!strcmp(phase, "manifests")) {
    for (int i; (i = __sync_fetch_and_add(&next_manifest, 1)) < manifest_count;) move_manifest(&manifests[i]);
    return 0;
  }
  int ends[2];
  if (pipe(ends)) fail("pipe");
  fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
  for (int i; (i = __sync_fetch_and_add(&next_blob, 1)) < count;) move_blob(&blobs[i], ends);
  return 0;
}

static void work_together(char *phase) {
  int threads = atoi(arguments[1]);
  pthread_t *each = calloc(threads, sizeof *each);
  for (int i = 0; i < threads; i++) pthread_create(&each[i], 0, work, phase);
  for (int i = 0; i < threads; i++) pthread_join(each[i], 0);
  free(each);
}

static FILE *list(const char *path) {
  FILE *file = fopen(path, "r");
  if (!file) fail(path);
  return file;
}

int main(int given, char **values) {
  if (given != 7 && given != 8) return 2;
  arguments = values;
  blobs = calloc(MOST, sizeof *blobs);
  manifests = calloc(MOST, sizeof *manifests);
  FILE *file = list(values[6]);
  for (Blob *b = blobs; count < MOST && fscanf(file, "%255s %95s %ld", b->repository, b->digest, &b->size) == 3; b++) count++;
  if (given == 8) {
    file = list(values[7]);
    for (Named *m = manifests; manifest_count < MOST && fscanf(file, "%255s %95s %95s", m->repository, m->tag, m->type) == 3; m++)
      manifest_count++;
  }
  work_together("blobs");
  if (manifest_count > 0) work_together("manifests");
  return 0;
}
